"""Forms prove that they come from our own page: same site, and a token bound to this browser."""

import hashlib
import hmac
import secrets

from fastapi import Request
from starlette.datastructures import FormData

from app.doors.requests.deps import SESSION_COOKIE
from app.kit.errors import Forbidden
from app.kit.i18n import _

VISITOR_COOKIE = "yumiao_visitor"
FIELD = "csrf_token"
HEADER = "x-csrf-token"


def visitor(request: Request) -> str:
    """The random value that tells this browser from others; made on its first page."""
    found: str | None = getattr(request.state, "visitor", None) or request.cookies.get(VISITOR_COOKIE)
    if not found:
        found = secrets.token_urlsafe(18)
    request.state.visitor = found
    return found


def token_for(request: Request) -> str:
    """The token of this browser and its signed-in session."""
    secret: bytes = request.app.state.settings.secret
    bound = f"{visitor(request)}|{request.cookies.get(SESSION_COOKIE, '')}"
    return hmac.new(secret, bound.encode(), hashlib.sha256).hexdigest()


def check_csrf(request: Request, form: FormData) -> None:
    """Refuse a form that another site made, or that lacks the token."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise _refusal()
    given = request.headers.get(HEADER) or form.get(FIELD) or ""
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), token_for(request).encode()):
        raise _refusal()


def _refusal() -> Forbidden:
    return Forbidden(
        "form.expired", _("页面已过期或不是从本系统打开的，请返回上一页刷新后重新提交。您的修改尚未保存。")
    )
