"""The notice of the last step: a signed cookie that lives for one page."""

import base64
import hashlib
import hmac
import json
from typing import Literal

from fastapi import Request
from starlette.responses import Response

COOKIE = "yumiao_flash"
Level = Literal["good", "bad", "info"]


def write_flash(request: Request, response: Response, messages: list[tuple[Level, str]]) -> None:
    """Show `messages` on the next page."""
    body = base64.urlsafe_b64encode(json.dumps(messages, ensure_ascii=False).encode()).decode()
    settings = request.app.state.settings
    response.set_cookie(
        COOKIE,
        f"{body}.{_sign(request, body)}",
        max_age=60,
        httponly=True,
        samesite="lax",
        secure=settings.secure_cookies,
    )


def read_flash(request: Request) -> tuple[tuple[str, str], ...]:
    """The messages of the step before; a forged or broken cookie is nothing."""
    body, _dot, signature = request.cookies.get(COOKIE, "").partition(".")
    if not body or not hmac.compare_digest(signature.encode(), _sign(request, body).encode()):
        return ()
    request.state.flash_read = True
    return tuple((level, text) for level, text in json.loads(base64.urlsafe_b64decode(body)))


def _sign(request: Request, body: str) -> str:
    secret: bytes = request.app.state.settings.secret
    return hmac.new(secret, f"flash|{body}".encode(), hashlib.sha256).hexdigest()
