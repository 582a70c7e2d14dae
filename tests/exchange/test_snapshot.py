"""The snapshot as a stream: constant memory, a journal entry however it ends, nothing held open."""

import tracemalloc
from collections.abc import Callable
from datetime import datetime

import orjson
import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.api.feed import _blocks
from app.enterprises.models import Enterprise, YearlyFigures
from app.exchange.plans import province_plans
from app.exchange.records import RecordPlan
from app.exchange.snapshot import BLOCK, Snapshot
from app.journal.models import JournalEvent
from app.kit import db
from app.kit.actor import Actor, ActorKind
from tests.counts import Counts

MEGABYTE = 1024 * 1024
CLIENT = Actor(kind=ActorKind.CLIENT, id=1, name="省平台（示例）", scopes=frozenset({"export:read"}))


@pytest.fixture
def plan() -> RecordPlan:
    return province_plans()["enterprises"]


@pytest.fixture
def fill(session: Session, now: datetime) -> Callable[[int], None]:
    """So many firms with two years of figures each."""

    def make(number: int) -> None:
        firms = [
            {
                "uscc": f"91429099T{n:09d}", "name": f"江汉样品{n}号（示例）", "name_pinyin": str(n), "name_initials": str(n),
                "region_code": "429005001", "business_scope": "新材料研发、生产和销售" * 20, "edited_fields": {},
                "created_at": now, "updated_at": now,
            }
            for n in range(number)
        ]  # fmt: skip
        for start in range(0, number, 1000):
            session.execute(insert(Enterprise), firms[start : start + 1000])
        ids = list(session.scalars(select(Enterprise.id)))
        figures = [
            {"enterprise_id": firm, "year": year, "basis": "HTE", "source": "enterprise", "updated_at": now}
            for firm in ids
            for year in (2019, 2020)
        ]
        for start in range(0, len(figures), 1000):
            session.execute(insert(YearlyFigures), figures[start : start + 1000])
        db.commit(session)

    return make


def test_memory_does_not_grow_with_the_rows(
    database: db.Database, fill: Callable[[int], None], plan: RecordPlan, counts: Counts
) -> None:
    fill(counts.export_rows)
    snapshot = Snapshot(plan, "429005", "")
    sizes = []
    tracemalloc.start()
    for block in snapshot.blocks(database):
        sizes.append(len(block))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert snapshot.count == counts.export_rows and snapshot.complete
    assert len(sizes) > 3 and max(sizes) < 8 * BLOCK
    assert peak < 30 * MEGABYTE


def test_a_stream_broken_off_is_journalled_as_such(
    database: db.Database, session: Session, fill: Callable[[int], None], plan: RecordPlan
) -> None:
    fill(1_500)
    snapshot = Snapshot(plan, "", "")
    blocks = _blocks(database, snapshot, CLIENT, compress=False)
    next(blocks)
    blocks.close()
    event = session.scalars(select(JournalEvent).where(JournalEvent.subject_kind == "export")).one()
    assert (event.type, event.data["complete"]) == ("export.broken_off", False)
    assert 0 < event.data["count"] < 1_500


def test_what_is_written_meanwhile_is_not_in_it(
    database: db.Database, session: Session, fill: Callable[[int], None], plan: RecordPlan, now: datetime
) -> None:
    fill(1_500)
    blocks = Snapshot(plan, "", "").blocks(database)
    lines = next(blocks).splitlines()
    session.query(Enterprise).update({"region_code": "421000"})
    db.commit(session)
    lines += b"".join(blocks).splitlines()
    assert len(lines) == 1_501
    assert {orjson.loads(line)["region_code"] for line in lines[:-1]} == {"429005001"}
