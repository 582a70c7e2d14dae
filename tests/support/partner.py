"""A partner on a free port of this machine that speaks docs/exchange.md, and fails as a test asks it to. Its memory is all it has."""

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from app.exchange.signatures import NONCE_HEADER, SharedKey, SignedCall, check_call, sign_answer

JSON = {"content-type": "application/json"}


@dataclass
class Reply:
    """What goes back: signed unless headers say otherwise."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=lambda: dict(JSON))
    signed: bool = True


Fault = Callable[[Callable[[], Reply]], Reply | None]
"""What one call comes to instead: it may process the call or not; None breaks the connection off."""


def dropped_before(_process: Callable[[], Reply]) -> Reply | None:
    """Nothing is kept, the connection ends."""
    return None


def dropped_after(process: Callable[[], Reply]) -> Reply | None:
    """All is kept, the connection ends without an answer."""
    process()
    return None


def status(code: int, **headers: str) -> Fault:
    """Nothing is kept; the answer is this status, signed."""
    extra = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _process: Reply(code, b'{"detail":"no"}', JSON | extra)


def changed(**values: Any) -> Fault:
    """All is kept, the answer differs in this."""

    def fault(process: Callable[[], Reply]) -> Reply:
        reply = process()
        for name, value in values.items():
            setattr(reply, name, value(reply) if callable(value) else value)
        return reply

    return fault


half_json = changed(body=lambda reply: reply.body[: len(reply.body) // 2])
wrong_signature = changed(
    headers=lambda _reply: JSON | {"ym-timestamp": "0", "ym-signature": "sm3-hmac=00"}, signed=False
)
unsigned = changed(signed=False)
html = changed(headers={"content-type": "text/html"})


@dataclass
class StubPartner:
    """What it holds: manifests, the newest version of each record, versions in the order in which they had effect, receipts."""

    key: bytes
    clock: Callable[[], datetime]
    url: str = ""
    manifests: dict[str, Any] = field(default_factory=dict)
    held: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    effects: list[tuple[str, int]] = field(default_factory=list)
    receipts: list[dict[str, Any]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    faults: deque[Fault | None] = field(default_factory=deque)
    judge: Callable[[dict[str, Any]], dict[str, Any]] = lambda record: {"outcome": "accepted"}
    refused: Callable[[list[dict[str, Any]]], int | None] = lambda records: None
    overlooked: set[str] = field(default_factory=set)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def answer(self, call: SignedCall, headers: dict[str, str]) -> Reply | None:
        """One call."""
        with self._lock:
            self.calls.append(f"{call.method} {call.target.partition('?')[0]}")
            fault = self.faults.popleft() if self.faults else None
        if check_call(SharedKey(self.key), call, headers, self.clock()) is not None:
            return Reply(401, b'{"detail":"who are you"}')
        return fault(lambda: self._process(call)) if fault else self._process(call)

    def _process(self, call: SignedCall) -> Reply:
        with self._lock:
            parts, query = urlsplit(call.target).path.strip("/").split("/"), parse_qs(urlsplit(call.target).query)
            if call.method == "PUT":
                return self._announce(parts[1], json.loads(call.body))
            if call.method == "POST":
                return self._take(parts[1], json.loads(call.body)["records"])
            page = self.receipts if parts[0] == "receipts" else [each["data"] for each in self.held.values()]
            return self._page(page, query, last=None if parts[0] == "records" else "")

    def _announce(self, number: str, manifest: Any) -> Reply:
        known = self.manifests.setdefault(number, manifest)
        if known != manifest:
            return Reply(409, b'{"detail":"another one"}')
        return Reply(200, json.dumps({"number": number, "state": "sent"}).encode())

    def _take(self, number: str, records: list[dict[str, Any]]) -> Reply:
        if number not in self.manifests:
            return Reply(404, b'{"detail":"unknown"}')
        refused = self.refused(records)
        if refused is not None:
            return Reply(refused, b'{"detail":"one of these"}')
        return Reply(200, json.dumps({"receipts": self._receipts(records)}).encode())

    def _receipts(self, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [self._receipt(record) for record in records if record["key"] not in self.overlooked]

    def _receipt(self, record: dict[str, Any]) -> dict[str, Any]:
        name = record["idempotency_key"]
        for known in self.receipts:
            if known.get("idempotency_key") == name:
                return known
        place = (record["resource"], record["key"])
        if record["version"] > self.held.get(place, {"version": 0})["version"]:
            self.held[place] = record
            self.effects.append((record["key"], record["version"]))
        return self.say(name, **self.judge(record))

    def say(self, name: str, **values: Any) -> dict[str, Any]:
        """A receipt about the record version `name`, to be polled."""
        said = {"receipt_id": f"R{len(self.receipts) + 1}", "kind": "record", "idempotency_key": name, **values}
        self.receipts.append(said)
        return said

    def _page(self, items: list[Any], query: dict[str, list[str]], last: str | None) -> Reply:
        start, limit = int((query.get("after") or query.get("cursor") or ["0"])[0] or 0), int(query["limit"][0])
        some = items[start : start + limit]
        end = start + len(some)
        following = str(end) if last == "" or end < len(items) else last
        return Reply(200, json.dumps({"items": some, "next": following}).encode())


@contextmanager
def partner_server(key: bytes, clock: Callable[[], datetime]) -> Iterator[StubPartner]:
    """A partner that answers until the block ends."""
    stub = StubPartner(key, clock)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10
        disable_nagle_algorithm = True

        def do(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = stub.answer(SignedCall(self.command, self.path, body), headers)
            if reply is None:
                self.close_connection = True
                return
            signed = sign_answer(SharedKey(key), reply.status, reply.body, headers.get(NONCE_HEADER, ""), clock())
            self.send_response(reply.status)
            length = {"content-length": str(len(reply.body))}
            for name, value in {**(signed if reply.signed else {}), **reply.headers, **length}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_PUT = do_POST = do  # noqa: N815 - as http.server calls them

        def log_message(self, format: str, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    stub.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
