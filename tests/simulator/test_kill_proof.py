"""Nothing sent twice, nothing missed, nothing unexplained: the sender is killed at random moments while the partner fails in every way."""

import json
import random
import time
from itertools import pairwise
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise
from app.exchange.delivery.domain import MOST_RECORDS
from app.exchange.handovers.domain import HandoverState, ItemState
from app.exchange.handovers.models import Handover, HandoverItem, PartnerRecord
from app.exchange.json_values import dumps
from app.exchange.plans import plans_of
from app.exchange.records import iterate_records
from app.journal.queries import find_breach
from app.kit.db import Database, read_scope
from app.simulator.faults import SHARED_OUT
from tests.counts import Counts
from tests.factories.enterprises import many_firms
from tests.factories.partners import SECRET
from tests.simulator.proof import (
    LONGEST_DELAY,
    Province,
    Writer,
    connect,
    delivering,
    hand_everything_over,
    open_work,
    our_receipts,
    reconcile,
    their_receipts,
    until,
    until_called,
)

SEED = 20211012
FAULTS = "all=0.3,outage=0.004,delay_seconds=0.4"


def test_every_record_arrives_once_in_effect_and_in_order(
    database: Database, database_url: str, session: Session, tmp_path: Path, counts: Counts
) -> None:
    with Province(tmp_path / "province", FAULTS, SEED) as province:
        _hand_everything_over(session, database, province, tmp_path, counts.pushed_records)
        _deliver(database, database_url, province, tmp_path, counts)
        _check_reconciliation(session, database, province, tmp_path)
    _check_effects(province)
    _check_items(database, province)
    _check_nothing_differs(database, province)
    _check_that_it_was_hard(province, counts)


def _deliver(database: Database, database_url: str, province: Province, folder: Path, counts: Counts) -> None:
    """Send, change records, be killed, go on; the partner is killed once too. At last everything is settled on both sides."""
    environment = {
        "YUMIAO_DATABASE_URL": database_url,
        "YUMIAO_DATA_DIR": str(folder),
        "YUMIAO_SECRET_KEY": SECRET.decode(),
        "YUMIAO_EXCHANGE_WAIT_SECONDS": "3",
        "YUMIAO_EXCHANGE_CALL_SECONDS": "4",
        "YUMIAO_EXCHANGE_POLL_SECONDS": "0.5",
        "YUMIAO_ENV": "test",
    }
    chance = random.Random(SEED)
    log, writer = folder / "deliver.log", Writer(database, chance)
    kills, most_calls = counts.push_kills, 2 * counts.pushed_records // MOST_RECORDS // counts.push_kills
    for attempt in range(kills):
        with delivering(environment, log):
            writer.change_some()
            until_called(province, log, chance.randint(1, most_calls))
            time.sleep(chance.uniform(0, LONGEST_DELAY))
        if attempt == kills // 2:
            province.kill()
            province.start()
    with delivering(environment, log):
        until(lambda: _is_settled(database, province), "work is left", lambda: str(open_work(database)))
        until(lambda: our_receipts(database) == their_receipts(province), "receipts differ", log.read_text)


def _is_settled(database: Database, province: Province) -> bool:
    province.state()  # ends an outage
    return not any(open_work(database).values())


def _hand_everything_over(session: Session, database: Database, province: Province, folder: Path, number: int) -> None:
    """Firms on file, a partner that follows, the simulator with its key, and a first batch of all of them on its way."""
    many_firms(session, number, region_code="429005")
    partner, key = connect(session, province.url, follows=True)
    province.start("--key-id", partner.key_id, "--key", key)
    assert hand_everything_over(session, database, folder).count == number


def _check_reconciliation(session: Session, database: Database, province: Province, folder: Path) -> None:
    """Their list, read over HTTP, agrees with ours record by record, and every batch that went out counts as reconciled."""
    province.spare()
    found = reconcile(session, database, folder)
    with read_scope(database) as reading:
        active = reading.scalar(select(func.count()).select_from(Enterprise).where(Enterprise.disabled_on.is_(None)))
        states = set(reading.scalars(select(Handover.state).where(Handover.released_at.is_not(None))))
    assert (found.same, found.differing, found.only_here, found.only_there) == (active, 0, 0, 0), found.error
    assert states == {HandoverState.RECONCILED}


def _check_effects(province: Province) -> None:
    """Applied versions of a record strictly rise; and they came in that order, not only were sorted out there."""
    applied: dict[str, list[int]] = {}
    for row in province.rows("select key, version from effect order by id"):
        applied.setdefault(row["key"], []).append(row["version"])
    arrived: dict[str, list[int]] = {}
    for row in province.rows("select key, version from delivery order by id"):
        arrived.setdefault(row["key"], []).append(row["version"])
    for versions in (*applied.values(), *arrived.values()):
        assert all(earlier < later for earlier, later in pairwise(versions))


def _check_items(database: Database, province: Province) -> None:
    """What we hold for accepted is what they applied, version by version; what they know beyond it was replaced by a newer one."""
    applied = {(row["key"], row["version"]): row["digest"] for row in province.rows("select * from effect")}
    with read_scope(database) as session:
        assert find_breach(session) is None
        items = {(item.key, item.position): item for item in session.scalars(select(HandoverItem))}
        accepted = {name: item.digest for name, item in items.items() if item.state == ItemState.ACCEPTED}
        assert accepted.items() <= applied.items()
        assert {items[name].state for name in applied.keys() - accepted.keys()} <= {ItemState.SUPERSEDED}
        assert not {item.state for item in items.values()} - {ItemState.ACCEPTED, ItemState.SUPERSEDED}
        latest = {row["key"]: row["version"] for row in province.rows("select key, version from held")}
        ours = {row.key: row.accepted_position for row in session.scalars(select(PartnerRecord))}
        assert latest == ours


def _check_nothing_differs(database: Database, province: Province) -> None:
    """Their list and our record builder say the same of every record."""
    theirs = {row["key"]: json.loads(row["data"]) for row in province.rows("select * from held where retired = 0")}
    plan = plans_of("province", "v1")["enterprises"]
    with read_scope(database) as session:
        ours = {
            record["uscc"]: json.loads(dumps(record))
            for batch in iterate_records(session, plan, "429005")
            for record in batch
        }
    assert theirs == ours


def _check_that_it_was_hard(province: Province, counts: Counts) -> None:
    """Calls did fail and records had several versions; with many of both, in every way, and versions did come more than once."""
    tally = {row["name"]: row["n"] for row in province.rows("select * from tally")}
    failed = sum(tally.get(fault, 0) for fault in SHARED_OUT)
    (again,) = province.rows("select count(*) as n from delivery where arrivals > 1")
    (versions,) = province.rows("select count(*) as n from (select key from effect group by key having count(*) > 1)")
    assert failed and versions["n"]
    if counts.pushed_records > 5_000:
        assert failed > 0.15 * tally["calls"] and all(tally.get(fault) for fault in SHARED_OUT), tally
        assert again["n"]
