"""What the exchange asks of people: each kind appears with its cause, for whom it is, and goes with it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Executable
from sqlalchemy.orm import Session

from app.accounts.models import MachineClient
from app.cases.todo.port import TodoQuery, page_todos, tally_todos
from app.exchange.handovers.domain import ItemState, RecordStatus
from app.exchange.handovers.models import Handover, HandoverItem, PartnerRecord
from app.exchange.partners.models import Partner
from app.exchange.todo import FAILURES_TO_TELL
from app.kit.actor import Actor
from app.kit.clock import today
from app.programmes.queries import load_catalogue
from app.web.shared.exchange_todo_words import KINDS
from tests.factories import partners
from tests.factories.cases import opened

PROVIDERS = [kind.provider for kind in KINDS]

Officer = Callable[..., Actor]


@pytest.fixture
def partner(session: Session) -> Partner:
    return partners.partner(session)


@pytest.fixture
def asked(session: Session, now: datetime) -> Callable[..., TodoQuery]:
    """`asked(actor, mine=True)`: whose to-dos."""

    def make(who: Actor, *, mine: bool = True) -> TodoQuery:
        return TodoQuery(who, now, today(now), load_catalogue(session), officer_id=who.id if mine else None)

    return make


def kinds(session: Session, asked: TodoQuery) -> list[str]:
    """The kinds of what there is to do, as the page and the counts tell alike."""
    found = page_todos(session, PROVIDERS, asked, None, 50).items
    counted = {code: tally.all.n for code, tally in tally_todos(session, PROVIDERS, asked).items() if tally.all.n}
    assert len(found) == sum(counted.values())
    return [todo.provider for todo in found]


def handed_over(session: Session, partner: Partner, now: datetime, state: ItemState, **given: Any) -> HandoverItem:
    """One record in a batch of its own, the last that went to the partner."""
    batch = Handover(
        number=f"JH-2021-{given.get('key', 'x')}", partner_id=partner.id, resource=given.get("resource", "cases"),
        definition_version="v1", basis="all", transport="push", made_by="王（示例）", made_at=now,
    )  # fmt: skip
    session.add(batch)
    session.flush()
    values = {"resource": "cases", "key": "x", "position": 1, "next_at": now} | given
    name = f"{values['resource']}/{values['key']}@1"
    item = HandoverItem(handover_id=batch.id, partner_id=partner.id, idempotency_key=name, state=state, **values)
    session.add(item)
    session.flush()
    session.add(
        PartnerRecord(
            partner_id=partner.id,
            resource=item.resource,
            key=item.key,
            state=RecordStatus.REJECTED,
            changed_at=now,
            item_id=item.id,
        )
    )
    session.flush()
    return item


def test_a_refused_case_is_told_to_its_officer_until_it_goes_out_again(
    session: Session, actor: Officer, now: datetime, partner: Partner, asked: Callable[..., TodoQuery]
) -> None:
    own, other = actor(), actor()
    case = opened(session, own, now).row
    case.officer_id = own.id
    given = {"key": case.number, "row_id": case.id, "enterprise_id": case.enterprise_id, "reason": "不一致"}
    handed_over(session, partner, now, ItemState.REJECTED, **given)
    (todo,) = page_todos(session, PROVIDERS, asked(own), None, 50).items
    assert (todo.case_id, todo.officer_id, todo.about) == (case.id, own.id, "不一致")
    assert kinds(session, asked(other)) == []
    assert kinds(session, asked(other, mine=False)) == ["record_refused"]
    record = session.get_one(PartnerRecord, (partner.id, "cases", case.number))
    record.item_id = None
    session.flush()
    assert kinds(session, asked(own)) == []


def test_a_refused_firm_is_told_to_who_leads_an_open_case_of_it(
    session: Session, actor: Officer, now: datetime, partner: Partner, asked: Callable[..., TodoQuery]
) -> None:
    own, other = actor(), actor()
    case = opened(session, own, now).row
    case.officer_id = own.id
    given = {"resource": "enterprises", "key": case.enterprise.uscc, "enterprise_id": case.enterprise_id}
    handed_over(session, partner, now, ItemState.REJECTED, **given)
    assert kinds(session, asked(own)) == ["record_refused"] and kinds(session, asked(other)) == []
    assert kinds(session, replace(asked(own), programme="technology-sme")) == []


def test_administrators_are_told_what_stands_still(
    session: Session, actor: Officer, now: datetime, partner: Partner, asked: Callable[..., TodoQuery]
) -> None:
    admin, caseworker = actor("administrator", ""), actor()
    item = handed_over(session, partner, now, ItemState.PARKED)
    partner.failures, partner.scheme, partner.certificate_until = FAILURES_TO_TELL, "sm2", now + timedelta(days=20)
    client = MachineClient(
        client_id="c1", name="省平台（示例）", secret_hash="x", scopes="export:read", created_at=now,
        former_secret_until=now + timedelta(days=1),
    )  # fmt: skip
    session.add(client)
    session.flush()
    assert sorted(kinds(session, asked(admin))) == [
        "certificate_ending",
        "partner_away",
        "records_parked",
        "secret_ending",
    ]
    assert kinds(session, asked(caseworker, mine=False)) == []
    item.state, partner.failures, partner.certificate_until = ItemState.WAITING, 0, now + timedelta(days=90)
    client.former_secret_until = now - timedelta(minutes=1)
    session.flush()
    assert kinds(session, asked(admin)) == []


def test_what_stands_still_is_found_by_an_index(
    session: Session,
    actor: Officer,
    partner: Partner,
    asked: Callable[..., TodoQuery],
    explain: Callable[[Session, Executable], str],
) -> None:
    found = {provider.code: provider.find(asked(actor("administrator", ""))) for provider in PROVIDERS}
    for code in ("record_refused", "records_parked"):
        source = found[code]
        assert source is not None
        plan = explain(session, source.rows.limit(10))
        assert "ix_handover_item_due" in plan or "Index Cond: (partner_id" in plan, code
        assert "SCAN handover_item" not in plan and "Seq Scan on handover_item" not in plan, code
