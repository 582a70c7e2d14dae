"""The test client: a browser without pictures, kept apart from the test's own session."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

import anyio
import httpx2
from httpx2 import Response
from starlette.requests import Request
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message, Scope

from app.doors.requests.csrf import VISITOR_COOKIE, token_for
from tests.support.forms import form_to

#: `get(path, extensions={QUERY: b"…"})` sends this behind the `?` as it is; a long address would be looked at twice, character by character.
QUERY = "query_string"


class Client(TestClient):
    """Commits and forgets the test's session before each request, so nothing passes thanks to objects in memory."""

    def __init__(self, app: ASGIApp, before_request: Callable[[], None]) -> None:
        super().__init__(app, base_url="http://127.0.0.1", follow_redirects=False)
        self._before_request = before_request
        self._transport = _AtOnce(self)

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


class _AtOnce(httpx2.BaseTransport):
    """Hands over a request and comes back with the whole answer: Starlette's own goes to the loop's thread eight times for it."""

    def __init__(self, owner: Client) -> None:
        self._owner = owner
        self.client = ("testclient", 50_000)

    def handle_request(self, request: httpx2.Request) -> Response:
        """The application's answer; what it fails with is raised here."""
        exchange = _Exchange(request.read())
        with self._owner._portal_factory() as portal:
            portal.call(self._owner.app, self._scope(request), exchange.receive, exchange.send)
        return exchange.answer(request)

    def _scope(self, request: httpx2.Request) -> Scope:
        url = request.url
        return {
            "type": "http",
            "http_version": "1.1",
            "method": request.method,
            "path": unquote(url.path),
            "raw_path": url.raw_path.split(b"?", 1)[0],
            "root_path": "",
            "scheme": url.scheme,
            "query_string": request.extensions.get(QUERY, url.query),
            "headers": [(name.lower().encode(), value.encode()) for name, value in request.headers.multi_items()],
            "client": self.client,
            "server": [url.host, url.port or 80],
            "extensions": {},
            "state": self._owner.app_state.copy(),
        }


class _Exchange:
    """A body on its way in and an answer on its way out."""

    def __init__(self, body: bytes) -> None:
        self._waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
        self._head: Message = {}
        self._parts: list[bytes] = []
        self._ended = anyio.Event()

    async def receive(self) -> Message:
        """The body; after it nothing until the answer is out, when the browser hangs up."""
        if self._waiting:
            return self._waiting.pop()
        await self._ended.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Keep what the application says."""
        if message["type"] == "http.response.start":
            assert not self._head, "an answer begins once"
            self._head = message
        else:
            assert self._head and not self._ended.is_set(), "a body stands between the head and the end of an answer"
            self._parts.append(bytes(message.get("body", b"")))
            if not message.get("more_body", False):
                self._ended.set()

    def answer(self, request: httpx2.Request) -> Response:
        """What was said, as a browser has it."""
        assert self._head, "the application gave no answer"
        headers = [(name.decode(), value.decode()) for name, value in self._head.get("headers", [])]
        body = b"" if request.method == "HEAD" else b"".join(self._parts)
        return Response(self._head["status"], headers=headers, stream=httpx2.ByteStream(body), request=request)
