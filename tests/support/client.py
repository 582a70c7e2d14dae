"""The test client: a browser without pictures, kept apart from the test's own session."""

from collections.abc import Callable, Mapping
from typing import Any

from httpx2 import Response
from starlette.requests import Request
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from app.doors.requests.csrf import VISITOR_COOKIE, token_for
from tests.support.forms import form_to


class Client(TestClient):
    """Commits and forgets the test's session before each request, so nothing passes thanks to objects in memory."""

    def __init__(self, app: ASGIApp, before_request: Callable[[], None]) -> None:
        super().__init__(app, base_url="http://127.0.0.1", follow_redirects=False)
        self._before_request = before_request

    def request(self, *args: Any, **kwargs: Any) -> Response:
        """Send one request."""
        self._before_request()
        return super().request(*args, **kwargs)

    def csrf_token(self) -> str:
        """The token that this browser's forms carry, for a test that posts without opening the page."""
        if VISITOR_COOKIE not in self.cookies:
            self.cookies.set(VISITOR_COOKIE, "visitor-of-the-tests")
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.cookies.jar)
        return token_for(Request({"type": "http", "headers": [(b"cookie", cookies.encode())], "app": self.app}))

    def post_form(self, url: str, data: Mapping[str, Any] | None = None, **options: Any) -> Response:
        """Post `data` with this browser's token, without opening a page first."""
        return self.post(url, data={"csrf_token": self.csrf_token(), **(data or {})}, **options)

    def submit(
        self,
        page: str,
        data: Mapping[str, Any] | None = None,
        *,
        to: str | None = None,
        files: Any = None,
        follow: bool = False,
    ) -> Response:
        """Open `page`, fill its form (the one to `to`, else to the page itself) with `data`, and send it."""
        opened = self.get(page)
        assert opened.status_code == 200, f"GET {page}: {opened.status_code} {opened.headers.get('location', '')}"
        form = form_to(opened.text, to if to is not None else page.partition("?")[0])
        filled = {name: values if len(values) > 1 else values[0] for name, values in form.fields.items()}
        address = form.action or page
        return self.request(
            form.method.upper(), address, data={**filled, **(data or {})}, files=files, follow_redirects=follow
        )
