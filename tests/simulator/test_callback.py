"""The simulator calls back at the real application: as its client, signed as the partner signs, until it is taken, each receipt once."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.service.clients import create_client
from app.commands.simulator import all_schemas
from app.composition.delivery import make_deliverer
from app.config import Settings
from app.exchange.handovers.models import HandoverItem, Receipt
from app.exchange.signatures import SharedKey
from app.kit.actor import SYSTEM
from app.kit.clock import utc_now
from app.kit.db import Database, read_scope
from app.simulator.callback import Destination
from app.simulator.responder import Keys
from app.simulator.rules import Rules
from tests.factories.enterprises import many_firms
from tests.simulator.desk import Caller, listening, simulator
from tests.simulator.proof import CODE, connect, hand_everything_over, until
from tests.support.server import free_port

FIRMS = 3


@pytest.fixture
def partner(app: FastAPI, database: Database, session: Session, settings: Settings, tmp_path: Path) -> Iterator[Caller]:
    """A simulator that has put three firms aside and is to call back at the application, which listens."""
    many_firms(session, FIRMS, region_code="429005")
    client, secret = create_client(
        session,
        actor=SYSTEM,
        name="省级系统（示例）",
        scopes="exchange:receipts",
        region_prefix="429005",
        now=utc_now(),
    )
    port, own = free_port(), free_port()
    row, key = connect(session, f"http://127.0.0.1:{port}", client_id=client.client_id)
    shared = SharedKey(bytes.fromhex(key))
    destination = Destination(f"http://127.0.0.1:{own}", client.client_id, secret)
    keys, rules = Keys(row.key_id, shared, shared), Rules(all_schemas(), 1, timedelta(hours=1))
    config = uvicorn.Config(app, port=own, log_level="warning", ws="none")
    with (
        listening(uvicorn.Server(config)),
        simulator(tmp_path, keys=keys, rules=rules, destination=destination, port=port) as caller,
    ):
        hand_everything_over(session, database, tmp_path)
        deliverer = make_deliverer(settings, database)
        done = deliverer.run_once(CODE)
        assert (done.answered, done.polled) == (FIRMS, FIRMS)
        deliverer.clients.close_all()
        assert states(database) == {"pending": FIRMS}
        yield caller


def states(database: Database) -> Counter[str]:
    with read_scope(database) as session:
        return Counter(session.scalars(select(HandoverItem.state)))


def receipts(database: Database) -> Counter[tuple[str, str, bool, int]]:
    """Channel, outcome, whether it was applied, how often it was repeated."""
    with read_scope(database) as session:
        rows = session.execute(select(Receipt.channel, Receipt.outcome, Receipt.applied, Receipt.repeats))
        return Counter(tuple(row) for row in rows)


def test_what_is_decided_later_arrives_by_callback(partner: Caller, database: Database) -> None:
    partner.control("/hurry", {})
    until(lambda: states(database) == {"accepted": FIRMS}, "nothing is called back", lambda: str(receipts(database)))
    assert receipts(database) == {("answer", "pending", True, 1): FIRMS, ("callback", "accepted", True, 0): FIRMS}
    until(lambda: partner.state()["totals"]["untold"] == 0, "it is told again")


def test_told_twice_it_changes_nothing_twice(partner: Caller, database: Database) -> None:
    partner.control("/faults", {"duplicate": 1})
    partner.control("/hurry", {})
    until(lambda: partner.state()["totals"]["untold"] == 0, "it is not taken")
    assert receipts(database)["callback", "accepted", True, 1] == FIRMS


def test_a_wrong_signature_is_refused_and_the_receipts_come_again(partner: Caller, database: Database) -> None:
    partner.control("/faults", {"wrong_signature": 1})
    partner.control("/hurry", {})
    page = partner.url + "/"
    until(lambda: "401" in partner.http.get(page).text, "it is not refused", lambda: partner.http.get(page).text)
    assert states(database) == {"pending": FIRMS}
    partner.control("/faults", {})
    partner.control("/clock", {"forward_seconds": 600})
    until(lambda: states(database) == {"accepted": FIRMS}, "it is not tried again", lambda: str(receipts(database)))


def test_a_decision_on_an_unknown_case_is_kept_and_changes_nothing(partner: Caller, database: Database) -> None:
    partner.control("/decisions", {"case": "QJ-GQ-1999-0001", "decision": "accepted", "on": "2021-06-30"})
    until(lambda: partner.state()["totals"]["untold"] == 0, "it is not taken")
    with read_scope(database) as session:
        kept = session.scalars(select(Receipt).where(Receipt.kind == "decision")).one()
        assert (kept.channel, kept.subject, kept.applied, kept.note) == (
            "callback", "QJ-GQ-1999-0001", False, "unknown",
        )  # fmt: skip
