"""A small client of the Yumiao API: lists, snapshots, and a copy that follows the feed. Needs httpx and nothing of Yumiao.

python yumiao_client.py https://yumiao.example copy.db        credentials in YUMIAO_CLIENT_ID, YUMIAO_CLIENT_SECRET
"""

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import httpx

Record = dict[str, Any]
TIMEOUT = httpx.Timeout(30, read=120)
LARGEST_PAGE = 1_000
MOST_HELD = 100
LONGEST_PAUSE = 60.0
WAIT = (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE)


class ApiProblem(Exception):
    """The API refuses (RFC 9457): rely on `status` and `code`, show `detail` to people."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        self.status = status
        self.code = str(body.get("code") or body.get("error") or "")
        self.detail = str(body.get("detail") or body.get("error_description") or "")
        self.errors: list[dict[str, str]] = list(body.get("errors") or ())
        super().__init__(f"{status} {self.code}: {self.detail}")


class IncompleteSnapshotError(Exception):
    """A snapshot ended without the manifest that proves it whole: discard what came of it."""


@dataclass(frozen=True)
class Credentials:
    """What 系统 → 接口客户端 showed once; with a `signature_key` every call is signed."""

    client_id: str
    client_secret: str
    signature_key: str = ""


@dataclass(frozen=True)
class Manifest:
    """The last line of a snapshot."""

    resource: str
    count: int
    sha256: str
    position: int


@dataclass(frozen=True)
class Change:
    """One item of the feed: the record as it is now, or None: forget it."""

    resource: str
    key: str
    record: Record | None


@dataclass(frozen=True)
class Changes:
    """A page of the feed, and the position to ask on from."""

    items: Sequence[Change]
    next: int


class Yumiao:
    """The API at `base_url`. Waits when told to (429, 503), asks for a new token when the old one ends, tries again when a call
    fails on its way. `patience` is how often one call is tried.
    """

    def __init__(
        self,
        base_url: str,
        credentials: Credentials,
        *,
        transport: httpx.BaseTransport | None = None,
        patience: int = 6,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._http = httpx.Client(base_url=base_url, timeout=TIMEOUT, transport=transport)
        self._credentials = credentials
        self._patience = patience
        self._sleep = sleep
        self._token = ""
        self._held: dict[str, tuple[str, Record]] = {}

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    # -- reading ---------------------------------------------------------------------------------------------------------

    def get(self, path: str, **parameters: str | int) -> Record:
        """One JSON answer; the same again costs the server and the line nothing but a 304."""
        request = self._http.build_request("GET", path, params=parameters)
        held = self._held.get(str(request.url))
        answer = self._send(request, {"if-none-match": held[0]} if held else {})
        with closing(answer):
            if answer.status_code == httpx.codes.NOT_MODIFIED and held:
                return held[1]
            body: Record = json.loads(answer.read())
        if tag := answer.headers.get("etag"):
            if len(self._held) >= MOST_HELD:
                self._held.clear()
            self._held[str(request.url)] = (tag, body)
        return body

    def records(
        self, resource: str, *, fields: Sequence[str] = (), changed_after: int | None = None, limit: int = LARGEST_PAGE
    ) -> Iterator[Record]:
        """A whole list: with only these fields, and only what changed after a feed position, if wanted."""
        parameters: dict[str, str | int] = {"limit": limit}
        if fields:
            parameters["fields"] = ",".join(fields)
        if changed_after is not None:
            parameters["changed_after"] = changed_after
        cursor: str | None = ""
        while cursor is not None:
            page = self.get(f"/api/v1/{resource}", **parameters, **({"cursor": cursor} if cursor else {}))
            yield from page["items"]
            cursor = page["next"]

    def changes(self, after: int, *, resources: Sequence[str] = (), limit: int = LARGEST_PAGE) -> Iterator[Changes]:
        """The feed from a position on, of these resources or all, page by page, until nothing is new."""
        chosen = {"resources": ",".join(resources)} if resources else {}
        while True:
            parameters: dict[str, str | int] = {"after": after, "limit": limit, **chosen}
            request = self._http.build_request("GET", "/api/v1/events", params=parameters)
            with closing(self._send(request)) as answer:
                page = json.loads(answer.read())
            if page["next"] == after:
                return
            after = page["next"]
            yield Changes([_change(item) for item in page["items"]], after)

    def snapshot(self, resource: str) -> "Snapshot":
        """The whole state of a resource: iterate it, then look at its `manifest`."""
        request = self._http.build_request("GET", f"/api/v1/export/{resource}.ndjson")
        return Snapshot(self._send(request))

    # -- calling ---------------------------------------------------------------------------------------------------------

    def _send(self, request: httpx.Request, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """The answer, its body not yet read; raises `ApiProblem` for a refusal."""
        request.headers.update(headers or {})
        answer = self._patiently(lambda: self._http.send(self._authorized(request), stream=True))
        if answer.status_code == httpx.codes.UNAUTHORIZED and _problem(answer).code == "token.invalid":
            self._token = ""
            answer = self._patiently(lambda: self._http.send(self._authorized(request), stream=True))
        if answer.status_code >= httpx.codes.BAD_REQUEST:
            raise _problem(answer)
        return answer

    def _patiently(self, send: Callable[[], httpx.Response]) -> httpx.Response:
        """What `send` is answered; tried again when it fails on its way, or as soon as we are told to."""
        attempt = 0
        while True:
            attempt += 1
            try:
                answer = send()
            except httpx.TransportError:
                if attempt == self._patience:
                    raise
                self._sleep(_pause(attempt))
                continue
            if attempt == self._patience or answer.status_code not in WAIT:
                return answer
            answer.close()
            self._sleep(float(answer.headers.get("retry-after") or _pause(attempt)))

    def _authorized(self, request: httpx.Request) -> httpx.Request:
        """The request with the token and, if asked for, a new signature."""
        self._token = self._token or self._new_token()
        request.headers["authorization"] = f"Bearer {self._token}"
        if self._credentials.signature_key:
            request.headers.update(self._signature(request))
        return request

    def _new_token(self) -> str:
        own, form = self._credentials, {"grant_type": "client_credentials"}
        answer = self._patiently(
            lambda: self._http.post("/oauth/token", data=form, auth=(own.client_id, own.client_secret))
        )
        if answer.status_code != httpx.codes.OK:
            raise _problem(answer)
        return str(answer.json()["access_token"])

    def _signature(self, request: httpx.Request) -> dict[str, str]:
        """SM3-HMAC over method, path with query, time, nonce and the SM3 of the body (docs/exchange.md)."""
        seconds, nonce = str(int(time.time())), secrets.token_urlsafe(16)
        body = hashlib.new("sm3", request.read()).hexdigest()
        text = "\n".join((request.method, request.url.raw_path.decode(), seconds, nonce, body))
        mac = hmac.new(self._credentials.signature_key.encode(), text.encode(), "sm3").hexdigest()
        return {
            "ym-key": self._credentials.client_id,
            "ym-timestamp": seconds,
            "ym-nonce": nonce,
            "ym-signature": f"sm3-hmac={mac}",
        }


class Snapshot:
    """The records of a snapshot, as they come. Raises `IncompleteSnapshotError` at its end unless the manifest proves it whole."""

    def __init__(self, answer: httpx.Response) -> None:
        self._answer = answer
        self.manifest: Manifest | None = None

    def __iter__(self) -> Iterator[Record]:
        """Every record once."""
        digest, count = hashlib.sha256(), 0
        with closing(self._answer):
            try:
                for line in _lines(self._answer.iter_bytes()):
                    record = json.loads(line)
                    if "manifest" in record:
                        self.manifest = _manifest(record["manifest"])
                        break
                    digest.update(line)
                    count += 1
                    yield record
            except (httpx.HTTPError, ValueError) as error:
                raise IncompleteSnapshotError(str(error)) from error
        if self.manifest is None or (self.manifest.count, self.manifest.sha256) != (count, digest.hexdigest()):
            raise IncompleteSnapshotError("the manifest is missing or does not fit")


def _lines(blocks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for block in blocks:
        *lines, rest = (rest + block).split(b"\n")
        yield from (line + b"\n" for line in lines)
    if rest:
        yield rest


def _manifest(told: Mapping[str, Any]) -> Manifest:
    return Manifest(told["resource"], told["count"], told["sha256"], told["position"])


def _change(item: Mapping[str, Any]) -> Change:
    data: Record = item["data"]
    return Change(item["resource"], item["subject"], None if data.get("retired") else data)


def _problem(answer: httpx.Response) -> ApiProblem:
    with closing(answer):
        try:
            body = json.loads(answer.read())
        except ValueError:
            body = {}
    return ApiProblem(answer.status_code, body if isinstance(body, dict) else {})


def _pause(attempt: int) -> float:
    doubled: float = 0.25 * 2**attempt
    return min(LONGEST_PAUSE, doubled) * (0.5 + secrets.randbelow(500) / 1000)
