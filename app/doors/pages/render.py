"""Rendering pages and redirecting after a step."""

import gzip
from typing import Any

from fastapi import Request
from starlette.responses import HTMLResponse, RedirectResponse

from app.doors.pages.assets import takes_gzip
from app.doors.pages.chrome import chrome_for
from app.doors.requests import flash
from app.doors.requests.csrf import VISITOR_COOKIE

#: A page of a list is ten times smaller on the line for a thousandth of a second; a short answer fits into one packet as it is.
WORTHWHILE_BYTES = 1024
_LEVEL = 3


def render(request: Request, template: str, page: Any, *, status: int = 200) -> HTMLResponse:
    """`template` with the frozen dataclass `page` and the chrome around it."""
    chrome = chrome_for(request)
    environment = request.app.state.templates
    html = environment.get_template(template).render(page=page, chrome=chrome)
    response = _response(request, html, status)
    settings = request.app.state.settings
    if VISITOR_COOKIE not in request.cookies:
        response.set_cookie(
            VISITOR_COOKIE, request.state.visitor, httponly=True, samesite="lax", secure=settings.secure_cookies
        )
    if getattr(request.state, "flash_read", False):
        response.delete_cookie(flash.COOKIE)
    return response


def _response(request: Request, html: str, status: int) -> HTMLResponse:
    """The page as the browser takes it. What it is packed with holds no secret that says anything by itself: a form's token counts on our own site only."""
    headers = {"cache-control": "no-store", "vary": "accept-encoding"}
    body = html.encode()
    if len(body) >= WORTHWHILE_BYTES and takes_gzip(request.headers):
        headers["content-encoding"] = "gzip"
        body = gzip.compress(body, _LEVEL, mtime=0)
    return HTMLResponse(body, status_code=status, headers=headers)


def redirect(
    request: Request, url: str, *, good: str | None = None, bad: str | None = None, info: str | None = None
) -> RedirectResponse:
    """Go to `url` (303) and show a notice there."""
    response = RedirectResponse(url, status_code=303)
    levels: list[tuple[flash.Level, str | None]] = [("good", good), ("bad", bad), ("info", info)]
    messages = [(level, text) for level, text in levels if text]
    if messages:
        flash.write_flash(request, response, messages)
    return response


def safe_next(url: str | None, default: str) -> str:
    """`url` when it is an address of this site, else `default`."""
    if url and url.startswith("/") and not url.startswith(("//", "/\\")) and "\n" not in url and "\r" not in url:
        return url
    return default
