"""Rendering pages and redirecting after a step."""

from typing import Any

from fastapi import Request
from starlette.responses import HTMLResponse, RedirectResponse

from app.doors.pages.chrome import chrome_for
from app.doors.requests import flash
from app.doors.requests.csrf import VISITOR_COOKIE


def render(request: Request, template: str, page: Any, *, status: int = 200) -> HTMLResponse:
    """`template` with the frozen dataclass `page` and the chrome around it."""
    chrome = chrome_for(request)
    environment = request.app.state.templates
    html = environment.get_template(template).render(page=page, chrome=chrome)
    response = HTMLResponse(html, status_code=status, headers={"cache-control": "no-store"})
    settings = request.app.state.settings
    if VISITOR_COOKIE not in request.cookies:
        response.set_cookie(
            VISITOR_COOKIE, request.state.visitor, httponly=True, samesite="lax", secure=settings.secure_cookies
        )
    if getattr(request.state, "flash_read", False):
        response.delete_cookie(flash.COOKIE)
    return response


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
