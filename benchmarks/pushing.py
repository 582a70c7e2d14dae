"""Pushing at size: one batch through the sender against a bare loop that posts the same signed bodies, each to a simulator of its own."""

import contextlib
import secrets
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2 as httpx
import orjson
from sqlalchemy import select

from app.config import Settings
from app.delivering import make_deliverer
from app.enterprises.models import Enterprise
from app.exchange.handovers.domain import Basis, ItemState, Manifest
from app.exchange.handovers.models import Handover, HandoverItem
from app.exchange.handovers.schemas import PrepareHandover
from app.exchange.handovers.service.preparing import start_handover
from app.exchange.handovers.service.steering import release
from app.exchange.partners.keys import signer_of
from app.exchange.partners.queries import get_partner
from app.exchange.sending.domain import MOST_RECORDS
from app.exchange.signing import Call, Signer, sign_call
from app.job_registry import load_kinds
from app.jobs.running import Surroundings
from app.jobs.worker import Worker
from app.kit.actor import SYSTEM
from app.kit.clock import utc_now
from app.kit.db import Database, session_scope
from benchmarks.measure import table
from benchmarks.world import YUMIAO, World, free_port, wait_for

PARTNER = "province"


@dataclass(frozen=True)
class Frozen:
    """A batch ready to go, as the bare loop needs it: its manifest and the bodies of its calls."""

    manifest: Manifest
    bodies: list[bytes]


def run(world: World, records: int) -> None:
    """One batch of so many firms, each way to the end."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    name = ("--name", "省级系统模拟器（示例）")
    said = world.run("partner", "create", PARTNER, "--url", url, *name, "--resources", "enterprises")
    key = dict(line.split(": ", 1) for line in said.splitlines())
    database = Database(world.url)
    settings = Settings(
        _env_file=None, env="development", database_url=world.url, data_dir=Path(world.environment["YUMIAO_DATA_DIR"])
    )
    frozen = _prepare(world, database, records)
    with session_scope(database) as session:
        signer = signer_of(get_partner(session, PARTNER), settings.secret)
    with _simulator(world, port, key, "bare"):
        bare = _bare_loop(url, frozen, key["key_id"], signer)
    with _simulator(world, port, key, "sent"):
        sent = _deliver(settings, database, frozen.manifest.number)
    database.dispose()
    count = frozen.manifest.count
    table(
        f"Pushing {count:,} records, {world.dialect}",
        ("way", "records/s", "share of the bare loop"),
        [
            ("bare loop: signed posts of the same bodies", f"{count / bare:,.0f}", "1"),
            ("yumiao deliver, each receipt kept", f"{count / sent:,.0f}", f"{bare / sent:.2f}"),
        ],
    )


def _prepare(world: World, database: Database, records: int) -> Frozen:
    now = utc_now()
    with session_scope(database) as session:
        keys = tuple(session.scalars(select(Enterprise.uscc).order_by(Enterprise.id).limit(records)))
        command = PrepareHandover(partner=PARTNER, resource="enterprises", basis=Basis.CHOSEN, keys=keys)
        number = start_handover(session, actor=SYSTEM, now=now, command=command).number
    Worker(Surroundings(database, world.folder / "data"), load_kinds()).run_waiting()
    with session_scope(database) as session:
        handover = session.scalars(select(Handover).where(Handover.number == number)).one()
        release(session, actor=SYSTEM, now=utc_now(), handover=handover)
        items = session.scalars(
            select(HandoverItem).where(HandoverItem.handover_id == handover.id).order_by(HandoverItem.id)
        ).all()
        manifest = Manifest(
            number,
            "enterprises",
            PARTNER,
            handover.definition_version,
            handover.count,
            handover.checksum,
            handover.position,
        )
        texts = [_record(item) for item in items]
    parcels = (texts[start : start + MOST_RECORDS] for start in range(0, len(texts), MOST_RECORDS))
    return Frozen(manifest, [b'{"records":[' + b",".join(parcel) + b"]}" for parcel in parcels])


def _record(item: HandoverItem) -> bytes:
    names = ("idempotency_key", "resource", "key")
    record = {name: getattr(item, name) for name in names} | {"version": item.position, "retired": item.retired}
    return orjson.dumps(record | {"digest": item.digest, "data": orjson.Fragment(item.body)})


def _bare_loop(url: str, frozen: Frozen, key_id: str, signer: Signer) -> float:
    """Post body after body and do nothing with the answers."""
    with httpx.Client(base_url=url, timeout=60) as client:
        started = time.perf_counter()
        calls = [("PUT", f"/handovers/{frozen.manifest.number}", orjson.dumps(frozen.manifest.to_json()))]
        calls += [("POST", f"/handovers/{frozen.manifest.number}/records", body) for body in frozen.bodies]
        for method, target, body in calls:
            headers = sign_call(signer, key_id, Call(method, target, body), utc_now(), secrets.token_urlsafe(16))
            answer = client.request(method, target, content=body, headers=headers)
            assert answer.is_success, answer.text[:300]
        return time.perf_counter() - started


def _deliver(settings: Settings, database: Database, number: str) -> float:
    deliverer = make_deliverer(settings, database)
    started = time.perf_counter()
    deliverer.run_once(PARTNER)
    taken = time.perf_counter() - started
    deliverer.clients.close_all()
    with session_scope(database) as session:
        batch = select(Handover.id).where(Handover.number == number).scalar_subquery()
        states = set(session.scalars(select(HandoverItem.state).where(HandoverItem.handover_id == batch).distinct()))
    assert states <= {ItemState.ACCEPTED, ItemState.REJECTED}, states
    return taken


@contextlib.contextmanager
def _simulator(world: World, port: int, key: dict[str, str], name: str) -> Iterator[None]:
    """A province that decides at once and never fails, in a process and a database of its own."""
    given = ("--port", str(port), "--data", str(world.folder / name), "--key-id", key["key_id"], "--key", key["key"])
    process = subprocess.Popen(
        [YUMIAO, "simulate-province", *given, "--pending", "0"],
        env=world.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}")
        yield
    finally:
        process.terminate()
        process.wait(20)
