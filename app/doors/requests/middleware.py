"""What every request passes: a number, its language, safe headers, one line in the log."""

import secrets
import time
from collections.abc import Callable

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.doors.requests.parameters import drop_nul
from app.kit.i18n import LOCALES, Locale, set_locale

LANGUAGE_COOKIE = "yumiao_language"
CONTENT_POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
SAFE_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}

#: Parameters of a path that open something to whoever holds them: neither a log line nor anything else may keep them.
SECRET_PARAMETERS = frozenset({"secret"})
#: Nothing that may be logged is longer; a mistyped address with a secret in it is.
_LONGEST_PLAIN = 24

log = structlog.get_logger()


class RequestFrame:
    """Number, language, headers and log line of each request."""

    def __init__(self, app: ASGIApp, observe: Callable[[str, str, int, float], None]) -> None:
        self.app = app
        self.observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request inside its frame."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if not _is_of_machine(scope):
            drop_nul(scope)
        request_id = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        set_locale(_language(scope))
        started, status = time.perf_counter(), 500

        async def framed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = request_id
                headers.setdefault("content-security-policy", CONTENT_POLICY)
                for name, value in SAFE_HEADERS.items():
                    headers.setdefault(name, value)
                headers.update(scope["state"].get("rate_headers", {}))
            await send(message)

        try:
            await self.app(scope, receive, framed)
        finally:
            took = time.perf_counter() - started
            route = getattr(scope.get("route"), "path", "") or "unmatched"
            self.observe(scope["method"], route, status, took)
            log.info(
                "request",
                method=scope["method"],
                path=logged_path(scope),
                status=status,
                ms=round(took * 1000),
                id=request_id,
            )


def logged_path(scope: Scope) -> str:
    """The path as a log may hold it: the route alone where it bears a secret; of an address that no route knows, no long part."""
    route = scope.get("route")
    if route is None:
        return "/".join(part if len(part) <= _LONGEST_PLAIN else "…" for part in str(scope["path"]).split("/"))
    return str(route.path if SECRET_PARAMETERS & route.param_convertors.keys() else scope["path"])


def _is_of_machine(scope: Scope) -> bool:
    return bool(scope["path"].startswith("/api/v"))


def _language(scope: Scope) -> Locale:
    """Of a person as switched; of a program, which keeps no cookie, the first that it says it accepts."""
    headers = Headers(scope=scope)
    if _is_of_machine(scope):
        wanted = headers.get("accept-language", "")[:2].lower()
    else:
        wanted = cookie_parser(headers.get("cookie", "")).get(LANGUAGE_COOKIE, "zh")
    return next((locale for locale in LOCALES if locale == wanted), "zh")
