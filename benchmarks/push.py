"""Pushing at size: a batch through the sender against a bare loop that posts the same signed bodies, each to a simulator of its own.

The two take turns, each round with a partner, a batch and two simulators of its own, since what a partner has is not sent to it again.
"""

import contextlib
import os
import secrets
import statistics
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx2 as httpx
import orjson
from sqlalchemy import select

from app.composition.delivery import make_deliverer
from app.composition.slices import compose
from app.config import Settings
from app.enterprises.models import Enterprise
from app.exchange.delivery.domain import MOST_RECORDS
from app.exchange.handovers.domain import BatchBasis, ItemState, Manifest
from app.exchange.handovers.models import Handover, HandoverItem
from app.exchange.handovers.schemas import PrepareHandover
from app.exchange.handovers.service.preparing import start_handover
from app.exchange.handovers.service.steering import release
from app.exchange.partners.keys import signer_of
from app.exchange.partners.queries import get_partner
from app.exchange.signatures import SignedCall, Signer, sign_call
from app.jobs.run import JobContext, kinds_of
from app.jobs.worker import Worker
from app.kit.actor import SYSTEM
from app.kit.clock import utc_now
from app.kit.db import Database, session_scope
from benchmarks.measure import table
from benchmarks.world import YUMIAO, World, free_port, wait_for


@dataclass(frozen=True)
class Frozen:
    """A batch ready to go, as the bare loop needs it: its manifest and the bodies of its calls."""

    manifest: Manifest
    bodies: list[bytes]


@dataclass(frozen=True)
class Pushed:
    """Seconds that one batch took: by the bare loop, by the sender, and by the sender asking once more for the receipts."""

    bare: float
    sent: float
    polled: float


@dataclass(frozen=True)
class Bench:
    """The deployment whose records go out, and where the simulators of a round listen."""

    world: World
    database: Database
    settings: Settings
    port: int

    @property
    def url(self) -> str:
        """Where the partner is."""
        return f"http://127.0.0.1:{self.port}"


def run(world: World, records: int, rounds: int) -> None:
    """One batch of so many firms a round, each way to the end."""
    database = Database(world.url, compose())
    settings = Settings(
        _env_file=None, env="development", database_url=world.url, data_dir=Path(world.environment["YUMIAO_DATA_DIR"])
    )
    bench = Bench(world, database, settings, free_port())
    load = os.getloadavg()[0]
    taken = [_round(bench, f"province-{number}", records) for number in range(rounds)]
    database.dispose()
    bare, sent, polled = (
        statistics.median(getattr(each, name) for each in taken) for name in ("bare", "sent", "polled")
    )
    shares = sorted(each.bare / each.sent for each in taken)
    table(
        f"Pushing {records:,} records, {world.dialect}, {rounds} rounds, load {load:.1f} before and {os.getloadavg()[0]:.1f} after",
        ("way", "records/s", "share of the bare loop, lowest to highest"),
        [
            ("bare loop: signed posts of the same bodies", f"{records / bare:,.0f}", "1"),
            (
                "sender: announced, sent, each receipt kept",
                f"{records / sent:,.0f}",
                f"{statistics.median(shares):.2f} ({shares[0]:.2f}-{shares[-1]:.2f})",
            ),
            ("sender: asked for all receipts once more", f"{records / polled:,.0f}", ""),
        ],
    )


def _round(bench: Bench, partner: str, records: int) -> Pushed:
    name = ("--name", "省级系统模拟器（示例）")
    said = bench.world.run("partner", "create", partner, "--url", bench.url, *name, "--resources", "enterprises")
    key = dict(line.split(": ", 1) for line in said.splitlines())
    frozen = _prepare(bench, partner, records)
    with session_scope(bench.database) as session:
        signer = signer_of(get_partner(session, partner), bench.settings.secret)
    with _simulator(bench, key, f"bare-{partner}"):
        bare = _bare_loop(bench.url, frozen, key["key_id"], signer)
    with _simulator(bench, key, f"sent-{partner}"):
        sent, polled = _deliver(bench, partner, frozen.manifest.number)
    return Pushed(bare, sent, polled)


def _prepare(bench: Bench, partner: str, records: int) -> Frozen:
    now = utc_now()
    with session_scope(bench.database) as session:
        keys = tuple(session.scalars(select(Enterprise.uscc).order_by(Enterprise.id).limit(records)))
        command = PrepareHandover(partner=partner, resource="enterprises", basis=BatchBasis.CHOSEN, keys=keys)
        number = start_handover(session, actor=SYSTEM, now=now, command=command).number
    Worker(JobContext(bench.database, bench.settings.data_dir), kinds_of(compose())).run_waiting()
    with session_scope(bench.database) as session:
        handover = session.scalars(select(Handover).where(Handover.number == number)).one()
        release(session, actor=SYSTEM, now=utc_now(), handover=handover)
        items = session.scalars(
            select(HandoverItem).where(HandoverItem.handover_id == handover.id).order_by(HandoverItem.id)
        ).all()
        manifest = Manifest(
            number,
            "enterprises",
            get_partner(session, partner).definition,
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
            headers = sign_call(signer, key_id, SignedCall(method, target, body), utc_now(), secrets.token_urlsafe(16))
            answer = client.request(method, target, content=body, headers=headers)
            assert answer.is_success, answer.text[:300]
        return time.perf_counter() - started


def _deliver(bench: Bench, partner: str, number: str) -> tuple[float, float]:
    """Seconds of sending, and of the polling after it: a partner that has just been polled is not asked at once."""
    deliverer = make_deliverer(bench.settings, bench.database)
    _polled(bench, partner, utc_now())
    started = time.perf_counter()
    sent = deliverer.run_once(partner)
    taken = time.perf_counter() - started
    _polled(bench, partner, None)
    started = time.perf_counter()
    asked = deliverer.run_once(partner)
    polled = time.perf_counter() - started
    deliverer.clients.close_all()
    assert asked.polled == sent.answered, (sent, asked)
    with session_scope(bench.database) as session:
        batch = select(Handover.id).where(Handover.number == number).scalar_subquery()
        states = set(session.scalars(select(HandoverItem.state).where(HandoverItem.handover_id == batch).distinct()))
    assert states <= {ItemState.ACCEPTED, ItemState.REJECTED}, states
    return taken, polled


def _polled(bench: Bench, partner: str, at: datetime | None) -> None:
    with session_scope(bench.database) as session:
        get_partner(session, partner).polled_at = at


@contextlib.contextmanager
def _simulator(bench: Bench, key: dict[str, str], name: str) -> Iterator[None]:
    """A province that decides at once and never fails, in a process and a database of its own."""
    data = str(bench.world.folder / name)
    given = ("--port", str(bench.port), "--data", data, "--key-id", key["key_id"], "--key", key["key"])
    process = subprocess.Popen(
        [YUMIAO, "simulate-province", *given, "--pending", "0"],
        env=bench.world.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(bench.url)
        yield
    finally:
        process.terminate()
        process.wait(20)
