"""A simulator that really listens, and a partner's caller that does nothing but sign."""

import secrets
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import uvicorn

from app.exchange.signatures import SharedKey, SignedCall, check_answer, digest, sign_call
from app.kit.clock import utc_now
from app.kit.db import Database
from app.simulator.callback import Destination
from app.simulator.faults import Dice
from app.simulator.responder import Keys, Responder
from app.simulator.rules import Rules
from app.simulator.server import create_simulator, make_server
from app.simulator.tables import open_store
from tests.support.server import free_port

KEY = SharedKey(b"k" * 32)
SCHEMA = {
    "type": "object",
    "properties": {
        "uscc": {"type": "string"},
        "name": {"type": "string", "maxLength": 20},
        "state": {"type": ["string", "null"], "enum": ["open", "finished", None]},
        "amount": {"type": ["string", "null"], "pattern": r"^-?\d+\.\d{2}$"},
        "years": {
            "type": "array",
            "items": {"type": "object", "properties": {"year": {"type": "integer"}}, "required": ["year"]},
        },
    },
    "required": ["uscc", "name", "state", "amount", "years"],
}
KEYS = Keys("k1", KEY, KEY)
SCHEMAS = {("province", "v1", "enterprises"): SCHEMA}
STRICT = Rules(SCHEMAS)
ASIDE = Rules(SCHEMAS, 1, timedelta(hours=1))
"""Everything is put aside first."""


@dataclass
class Caller:
    """Calls the simulator, signed; `headers` replaces what the signature says."""

    url: str
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=10))

    def call(self, method: str, target: str, content: Any = None, headers: Mapping[str, str] | None = None) -> Any:
        """The answer; raises as httpx does."""
        body = b"" if content is None else orjson.dumps(content)
        signed = sign_call(KEY, "k1", SignedCall(method, target, body), utc_now(), secrets.token_urlsafe(18))
        answer = self.http.request(method, self.url + target, content=body, headers=signed | dict(headers or {}))
        answer.extensions["fault"] = check_answer(
            KEY, answer.status_code, answer.content, answer.headers, signed["ym-nonce"], utc_now()
        )
        return answer

    def announce(self, batch: str = "B-1", amount: int = 1, **changed: Any) -> Any:
        """Put the manifest of a batch."""
        manifest = {"number": batch, "resource": "enterprises", "definition": "province", "version": "v1"}
        manifest |= {"count": amount, "checksum": "0" * 64, "position": 9}
        return self.call("PUT", f"/handovers/{batch}", manifest | changed)

    def hand_over(self, *records: Mapping[str, Any], batch: str = "B-1") -> Any:
        """Post records."""
        return self.call("POST", f"/handovers/{batch}/records", {"records": list(records)})

    def receipts(self, after: str = "", limit: int = 100) -> Any:
        """Poll."""
        return self.call("GET", f"/receipts?after={after}&limit={limit}")

    def control(self, path: str, content: Any) -> Any:
        """The control API, which is not signed."""
        return self.http.post(self.url + path, json=content)

    def state(self) -> Any:
        """What it says of itself."""
        return self.http.get(self.url + "/state").json()

    def befell(self, fault: str) -> int:
        """How often that happened, by its own count."""
        return int(self.state()["totals"].get(f"calls.{fault}", 0))


def record(key: str = "A", version: int = 1, retired: bool = False, **changed: Any) -> dict[str, Any]:
    """A record that fits, unless `changed`; a tombstone when `retired`."""
    data = {"uscc": key, "name": "示例", "state": "open", "amount": "1.00", "years": [{"year": 2020}]} | changed
    content = None if retired else data
    return {
        "idempotency_key": f"enterprises/{key}@{version}",
        "resource": "enterprises",
        "key": key,
        "version": version,
        "retired": retired,
        "digest": "" if retired else digest(orjson.dumps(content)),
        "data": content,
    }


def outcomes(receipts: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the receipts say, in short."""
    return [each["outcome"] + (f"/{each['reason_code']}" if each["reason_code"] else "") for each in receipts]


@contextmanager
def simulator(
    folder: Path,
    *,
    keys: Keys = KEYS,
    rules: Rules = STRICT,
    seed: int = 1,
    destination: Destination | None = None,
    control_token: str = "",
    port: int = 0,
) -> Iterator[Caller]:
    """A simulator, on a free port unless `port` says which, over the database in `folder`, until the block ends."""
    database: Database = open_store(f"sqlite:///{folder / 'simulator.db'}")
    desk = Responder(database, keys, rules, Dice(seed))
    port = port or free_port()
    with listening(make_server(create_simulator(desk, destination, control_token), "127.0.0.1", port)):
        caller = Caller(f"http://127.0.0.1:{port}")
        yield caller
        caller.http.close()


@contextmanager
def listening(server: uvicorn.Server) -> Iterator[None]:
    """The server in a thread of this process, until the block ends."""
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started:
        assert time.monotonic() < deadline, "the server does not start"
        time.sleep(0.02)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(20)
