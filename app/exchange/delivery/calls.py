"""The calls of docs/exchange.md, signed and bounded: in time as a whole, in each wait, and in what is read of an answer.

The address is one that an administrator entered; redirects and the proxies of the environment are not followed. The connection is
kept between calls. Whatever goes wrong is a `CallError`; an answer without a valid signature counts as none.
"""

import secrets
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any, Self

import anyio
import httpx
import orjson
from anyio.from_thread import start_blocking_portal

from app.exchange.delivery.answers import Raw, Receipts, check, part_of, read_receipts
from app.exchange.delivery.reasons import CallError
from app.exchange.handovers.domain import Manifest
from app.exchange.signatures import SignedCall, Signer, Verifier, sign_call

RECEIPTS_A_PAGE = 200
RECORDS_A_PAGE = 500
LONGEST_CURSOR = 200


@dataclass(frozen=True)
class Limits:
    """Seconds of each wait (connecting, writing, reading), seconds of a whole call, bytes of an answer."""

    wait: float = 10
    whole: float = 30
    answer: int = 8_000_000


@dataclass(frozen=True)
class Endpoint:
    """Where a partner is called, and by which keys both sides sign."""

    base_url: str
    key_id: str
    signer: Signer
    verifier: Verifier


@dataclass(frozen=True)
class PartnerResponse:
    """An answer that holds: its status, how long it took, what it says, and that as text, cut."""

    status: int
    took_ms: int
    text: str
    content: dict[str, Any]


@dataclass(frozen=True)
class Receipted:
    """What became of records, as an answer tells it; `next` is the cursor to ask on from, empty where there is none."""

    answer: PartnerResponse
    receipts: Receipts
    next: str = ""

    @property
    def count(self) -> int:
        """How many receipts were in it."""
        return len(self.receipts.readable) + self.receipts.unreadable


class PartnerClient:
    """Calls one partner; for one thread at a time. Its connections live on a loop of its own, so that a call ends on time."""

    def __init__(self, endpoint: Endpoint, clock: Callable[[], datetime], limits: Limits | None = None) -> None:
        self._endpoint, self._clock, self._limits = endpoint, clock, limits or Limits()
        self._stack = ExitStack()
        self._portal = self._stack.enter_context(start_blocking_portal())
        self._under_way: anyio.CancelScope | None = None
        self._client = httpx.AsyncClient(
            timeout=self._limits.wait,
            follow_redirects=False,
            trust_env=False,
            headers={"accept": "application/json", "accept-encoding": "identity"},
            limits=httpx.Limits(max_connections=1, keepalive_expiry=4),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the connection go."""
        self._portal.call(self._client.aclose)
        self._stack.close()

    def abort(self) -> None:
        """End the call that is under way, from another thread: it comes to `stopped`."""
        with suppress(RuntimeError):  # it was closed meanwhile
            self._portal.call(self._cancel)

    def put_manifest(self, manifest: Manifest) -> PartnerResponse:
        """Announce a batch; again and again if need be. `conflict`: another one bears this number there."""
        answer, _raw = self._call("PUT", f"/handovers/{manifest.number}", orjson.dumps(manifest.to_json()))
        return answer

    def post_records(self, number: str, records: Sequence[bytes]) -> Receipted:
        """Hand over records of the batch `number`, each as JSON already; a record may be without a receipt in the answer."""
        body = b'{"records":[' + b",".join(records) + b"]}"
        answer, raw = self._call("POST", f"/handovers/{number}/records", body)
        return Receipted(answer, read_receipts(part_of(answer.content, "receipts", raw)))

    def get_receipts(self, after: str, limit: int = RECEIPTS_A_PAGE) -> Receipted:
        """The receipts that came after the cursor `after`, in the partner's order."""
        answer, raw = self._call("GET", _query("/receipts", after=after, limit=limit))
        cursor = answer.content.get("next")
        if not isinstance(cursor, str) or len(cursor) > LONGEST_CURSOR:
            raise CallError("unreadable", "next", status=raw.status, text=raw.text)
        return Receipted(answer, read_receipts(part_of(answer.content, "items", raw)), cursor)

    def iterate_records(self, resource: str, limit: int = RECORDS_A_PAGE) -> Iterator[dict[str, Any]]:
        """All that the partner holds of `resource`, page by page: the data of each record, as it has it."""
        cursor: str | None = ""
        while cursor is not None:
            answer, raw = self._call("GET", _query(f"/records/{resource}", cursor=cursor, limit=limit))
            items, following = part_of(answer.content, "items", raw), answer.content.get("next")
            if following == cursor or not all(isinstance(item, dict) for item in items):
                raise CallError("unreadable", "items", status=raw.status)
            yield from items
            cursor = str(following) if following is not None else None

    def _call(self, method: str, path: str, body: bytes = b"") -> tuple[PartnerResponse, Raw]:
        begun, nonce = monotonic(), secrets.token_urlsafe(18)
        try:
            raw = self._portal.call(self._exchange, method, path, body, nonce)
            content = check(raw, self._endpoint.verifier, nonce, self._clock())
        except CallError as error:
            error.took_ms = _ms_since(begun)
            raise
        return PartnerResponse(raw.status, _ms_since(begun), raw.text, content), raw

    async def _exchange(self, method: str, path: str, body: bytes, nonce: str) -> Raw:
        request = self._request(method, path, body, nonce)
        try:
            with anyio.fail_after(self._limits.whole) as self._under_way:
                response = await self._client.send(request, stream=True)
                try:
                    return Raw(response.status_code, response.headers, await self._body(response))
                finally:
                    await response.aclose()
            raise CallError("stopped")
        except (TimeoutError, httpx.TimeoutException) as error:
            raise CallError("timeout") from error
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError) as error:
            raise CallError("dropped") from error
        except httpx.HTTPError as error:
            raise CallError("tls" if _is_tls(error) else "unreachable", type(error).__name__) from error

    async def _cancel(self) -> None:
        if self._under_way is not None:
            self._under_way.cancel()

    def _request(self, method: str, path: str, body: bytes, nonce: str) -> httpx.Request:
        url = httpx.URL(self._endpoint.base_url.rstrip("/") + path)
        call = SignedCall(method, url.raw_path.decode("ascii"), body)
        signed = sign_call(self._endpoint.signer, self._endpoint.key_id, call, self._clock(), nonce)
        kind = {"content-type": "application/json"} if body else {}
        return self._client.build_request(method, url, content=body or None, headers=signed | kind)

    async def _body(self, response: httpx.Response) -> bytes:
        """All of it as it came over the line, up to what is bearable."""
        read = bytearray()
        async for part in response.aiter_raw():
            read += part
            if len(read) > self._limits.answer:
                raise CallError("too_large", status=response.status_code)
        return bytes(read)


def _query(path: str, **values: str | int) -> str:
    return f"{path}?{httpx.QueryParams(values)}"


def _ms_since(begun: float) -> int:
    return round((monotonic() - begun) * 1000)


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
