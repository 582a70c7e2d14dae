"""Two real processes over HTTP: a failing partner, and a sender that is killed and started again while records change."""

import json
import random
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise
from app.exchange.comparison.models import Reconciliation
from app.exchange.handovers.domain import BatchBasis, ItemState, RecordStatus
from app.exchange.handovers.models import Handover, HandoverItem, PartnerRecord, Receipt
from app.exchange.handovers.schemas import PrepareHandover
from app.exchange.handovers.service.preparing import start_handover
from app.exchange.handovers.service.steering import release
from app.exchange.partners.models import Partner
from app.exchange.partners.service import create_partner, follower_name
from app.exchange.reconciliation.service import start_reconciliation
from app.jobs.run import JobContext, kinds_of
from app.jobs.worker import Worker
from app.journal.models import JournalFollower, JournalHead
from app.kit.actor import SYSTEM
from app.kit.clock import utc_now
from app.kit.db import Database, commit, read_scope, session_scope
from tests.exchange.world import World
from tests.factories.partners import SECRET, new_partner
from tests.simulator.hurried import Command, begin
from tests.support.house import HOUSE
from tests.support.server import free_port, is_healthy

CODE = "province"
PATIENCE = 900
LONGEST_DELAY = 0.5
CHANGED_AT_ONCE = 40


@dataclass
class Province:
    """The simulator as a process of its own, with one data folder over all its lives."""

    folder: Path
    faults: str
    seed: int
    port: int = field(default_factory=free_port)
    command: Command | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, *key: str) -> None:
        """Begin, or go on with what lies in the folder."""
        given = (
            "--port",
            str(self.port),
            "--data",
            str(self.folder),
            "--faults",
            self.faults,
            "--seed",
            str(self.seed),
        )
        aside = ("--pending", "0.2", "--decide-after", "1")
        log = self.folder.with_suffix(".log")
        self.command = begin("simulate-province", *given, *aside, *key, environment={}, log=log)
        self.seed += 1
        until(lambda: is_healthy(self.url), "the simulator does not start", self.command.printed)

    def kill(self) -> None:
        """End it as a power cut would, if it runs."""
        if self.command is not None:
            self.command.kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def state(self) -> Any:
        """What it says of itself; an outage is over at once, by its own clock."""
        found = httpx.get(f"{self.url}/state", timeout=30).json()
        if found["outage_until"]:
            httpx.post(f"{self.url}/clock", json={"forward_seconds": 3600}, timeout=30)
        return found

    def spare(self) -> None:
        """No more faults."""
        httpx.post(f"{self.url}/faults", json={}, timeout=30).raise_for_status()
        self.state()

    def calls(self) -> int:
        """How many calls it has received."""
        return int(self.state()["totals"].get("calls.calls", 0))

    def rows(self, statement: str) -> list[sqlite3.Row]:
        """Rows of its own database, read past it."""
        with closing(sqlite3.connect(self.folder / "simulator.db")) as connection:
            connection.row_factory = sqlite3.Row
            return connection.execute(statement).fetchall()


def until_called(province: Province, log: Path, more: int) -> None:
    """Wait until the sender has made so many more calls."""
    before = province.calls()
    until(lambda: province.calls() >= before + more, "the sender does not get on", log.read_text)


def until(reached: Any, why: str, told: Any = str, seconds: float = PATIENCE) -> None:
    """Wait until `reached()`; fails with `why` and what is told."""
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, f"{why}: {told()[-3000:]}"
        time.sleep(0.1)


# -- handing over -----------------------------------------------------------------------------------------------------------


def connect(session: Session, url: str, **given: Any) -> tuple[Partner, str]:
    """The partner at `url` for firms of the county, and its key in hex."""
    new = new_partner(code=CODE, resources=("enterprises",), base_url=url, region_prefix="429005", **given)
    made = create_partner(session, actor=SYSTEM, now=utc_now(), secret=SECRET, given=new)
    commit(session)
    return made


def hand_everything_over(session: Session, database: Database, folder: Path) -> Handover:
    """A batch of all firms, frozen and on its way."""
    command = PrepareHandover(partner=CODE, resource="enterprises", basis=BatchBasis.ALL)
    handover = start_handover(session, actor=SYSTEM, now=utc_now(), command=command)
    commit(session)
    work(session, database, folder)
    release(session, actor=SYSTEM, now=utc_now(), handover=handover)
    commit(session)
    return handover


def reconcile(session: Session, database: Database, folder: Path) -> Reconciliation:
    """Their list, asked for over HTTP, held against what we have."""
    partner = session.scalars(select(Partner).where(Partner.code == CODE)).one()
    row = start_reconciliation(session, actor=SYSTEM, now=utc_now(), partner=partner, resource="enterprises")
    commit(session)
    work(session, database, folder)
    return row


def work(session: Session, database: Database, folder: Path) -> None:
    """Do the jobs that wait."""
    Worker(JobContext(database, folder, secret=SECRET), kinds_of(HOUSE)).run_waiting()
    session.expire_all()


# -- the sender -------------------------------------------------------------------------------------------------------------


@contextmanager
def delivering(environment: Mapping[str, str], log: Path) -> Iterator[None]:
    """`yumiao deliver` until the block ends, then SIGKILL."""
    command = begin("deliver", environment=environment, log=log)
    try:
        yield
        assert command.runs, f"the sender ended by itself: {command.printed()[-3000:]}"
    finally:
        command.kill()


def open_work(database: Database) -> dict[str, int]:
    """What is not settled yet: events to follow, records to send or on their way, versions that wait or are pending."""
    with read_scope(database) as session:
        head = session.scalar(select(JournalHead.position)) or 0
        followed = session.scalar(select(JournalFollower.position).where(JournalFollower.name == follower_name(CODE)))
        records = select(func.count()).where(PartnerRecord.state.not_in((RecordStatus.ACCEPTED, RecordStatus.REJECTED)))
        items = select(func.count()).where(HandoverItem.state.in_((ItemState.WAITING, ItemState.PENDING)))
        parked = select(func.count()).where(HandoverItem.state == ItemState.PARKED)
        return {
            "events": head - (followed or 0),
            "records": session.scalar(records) or 0,
            "items": session.scalar(items) or 0,
            "parked": session.scalar(parked) or 0,
        }


# -- the changes ----------------------------------------------------------------------------------------------------------


@dataclass
class Writer:
    """Changes records while they are under way: names, codes, retirements, and back."""

    database: Database
    chance: random.Random
    changed: int = 0

    def change_some(self, number: int = CHANGED_AT_ONCE) -> None:
        """Each change is one event, in transactions of its own."""
        with read_scope(self.database) as session:
            ids = list(session.scalars(select(Enterprise.id).order_by(Enterprise.id)))
        for row_id in self.chance.choices(ids, k=number):
            with session_scope(self.database) as session:
                self._change(session, session.get_one(Enterprise, row_id))
            self.changed += 1

    def _change(self, session: Session, row: Enterprise) -> None:
        world = World(session)
        world._serial = iter(range(10_000_000 + 10 * self.changed, 10_000_010 + 10 * self.changed))
        way = self.chance.random()
        if row.disabled_on is not None:
            world.retire(row, None)
        elif way < 0.8:
            world.rename(row)
        else:
            (world.change_code if way < 0.9 else world.retire)(row)


# -- both sides -----------------------------------------------------------------------------------------------------------


def our_receipts(database: Database) -> dict[str, str]:
    """The receipts that we keep: what each says of which version."""
    with read_scope(database) as session:
        rows = session.execute(select(Receipt.receipt_id, Receipt.subject, Receipt.outcome))
        return {row.receipt_id: f"{row.subject} {row.outcome}" for row in rows}


def their_receipts(province: Province) -> dict[str, str]:
    """The receipts that they have written."""
    contents = [json.loads(row["content"]) for row in province.rows("select content from receipt")]
    return {each["receipt_id"]: f"{each['idempotency_key']} {each['outcome']}" for each in contents}
