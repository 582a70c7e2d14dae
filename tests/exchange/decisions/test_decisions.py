"""Decisions of the province entered as steps: three programmes, clocks, everything that is refused."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cases.models import CaseClock, CaseFile, StageEntry
from app.cases.service.clocks import clock_state
from app.cases.supply.models import CorrectionItem
from app.exchange.decisions.schemas import DecisionReceipt
from app.exchange.decisions.service import apply_decision
from app.exchange.partners.models import Partner
from app.journal.models import JournalEvent
from app.kit import db
from app.kit.actor import Actor
from app.reference.calendar import STATUTORY
from tests.factories.cases import led_along, led_to, step

RECOMMENDED = datetime(2021, 6, 10, 2, 0, tzinfo=UTC)
DECIDED = date(2021, 6, 24)


@pytest.fixture
def partner(session: Session, now: datetime) -> Partner:
    row = Partner(
        code="province",
        name="省级平台（示例）",
        definition="province",
        definition_version="v1",
        region_prefix="4290",
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    session.flush()
    return row


@pytest.fixture
def head(actor: Callable[..., Actor]) -> Actor:
    return actor("section_head")


def receipt(on_case: CaseFile, decision: str, **given: Any) -> DecisionReceipt:
    values = {"receipt_id": "R1", "kind": "decision", "case": on_case.number, "decision": decision, "on": DECIDED}
    return DecisionReceipt(**(values | given))


def state_of(session: Session, case: CaseFile) -> tuple[Any, ...]:
    """Everything that a decision could change."""
    session.expire_all()
    entries = select(func.count()).select_from(StageEntry).where(StageEntry.case_id == case.id)
    items = select(func.count()).select_from(CorrectionItem).where(CorrectionItem.case_id == case.id)
    return case.stage, case.state, case.version, session.scalar(entries), session.scalar(items)


PROGRAMMES = [
    ("high-tech-enterprise", "recommended", "joint-review"),
    ("technology-sme", "reported", "publicity"),
    ("star-maker-space", "recommended", "expert-review"),
]


@pytest.mark.parametrize(("programme", "stage", "reached"), PROGRAMMES)
def test_an_acceptance_closes_the_stage_on_its_day(
    session: Session, partner: Partner, head: Actor, now: datetime, programme: str, stage: str, reached: str
) -> None:
    case = led_along(session, head, RECOMMENDED, programme, stage)
    assert apply_decision(session, partner=partner, receipt=receipt(case, "accepted"), now=now) == (True, "")
    db.commit(session)
    assert (case.stage, case.stage_entered_on, case.state) == (reached, DECIDED, "open")
    left = select(StageEntry.left_on).where(StageEntry.case_id == case.id, StageEntry.stage == stage)
    assert session.scalar(left) == DECIDED
    told = session.scalars(select(JournalEvent).order_by(JournalEvent.position.desc()).limit(1)).one()
    assert (told.type, told.subject_id) == ("case.moved", case.number)
    assert (told.actor_kind, told.actor_name) == ("partner", partner.name)
    assert told.changes["stage"] == [stage, reached]


@pytest.mark.parametrize(("programme", "stage", "_reached"), PROGRAMMES)
def test_a_request_sends_the_case_back_with_what_they_ask(
    session: Session, partner: Partner, head: Actor, now: datetime, programme: str, stage: str, _reached: str
) -> None:
    case = led_along(session, head, RECOMMENDED, programme, stage)
    asked = receipt(case, "requested", reason="补 2020 年度审计报告\n研发人员名单须盖章")
    assert apply_decision(session, partner=partner, receipt=asked, now=now) == (True, "")
    items = session.scalars(
        select(CorrectionItem).where(CorrectionItem.case_id == case.id, CorrectionItem.settled_on.is_(None))
    ).all()
    assert case.stage == "correction"
    assert [(item.remark, item.asked_by) for item in items] == [
        ("补 2020 年度审计报告", partner.name),
        ("研发人员名单须盖章", partner.name),
    ]


@pytest.mark.parametrize(("programme", "stage", "_reached"), PROGRAMMES)
def test_a_rejection_ends_the_case(
    session: Session, partner: Partner, head: Actor, now: datetime, programme: str, stage: str, _reached: str
) -> None:
    case = led_along(session, head, RECOMMENDED, programme, stage)
    assert apply_decision(session, partner=partner, receipt=receipt(case, "rejected"), now=now) == (True, "")
    assert (case.state, case.closed_on) == ("rejected", DECIDED)


def test_working_days_of_the_province_do_not_count_for_the_bureau(
    session: Session, partner: Partner, head: Actor, now: datetime
) -> None:
    case = led_to(session, head, datetime(2021, 6, 7, 2, tzinfo=UTC), "review")
    case = step(session, head, RECOMMENDED, case, "recommend")
    used = [(clock.code, clock.used_days, clock.ended_on) for clock in clocks_of(session, case)]
    assert used == [("review", 3, date(2021, 6, 10))]
    apply_decision(session, partner=partner, receipt=receipt(case, "requested", reason="补报告"), now=now)
    correction = clocks_of(session, case)[-1]
    assert (correction.code, correction.started_on, correction.running_since) == ("correction", DECIDED, DECIDED)
    back = datetime(2021, 6, 28, 2, tzinfo=UTC)
    case = step(session, head, back, case, "resubmit")
    first, _correction, second = clocks_of(session, case)
    assert (first.used_days, second.code, second.ordinal, second.used_days) == (3, "review", 2, 0)
    assert clock_state(second).used_on(date(2021, 6, 30), STATUTORY) == 2


def clocks_of(session: Session, case: CaseFile) -> list[CaseClock]:
    return list(session.scalars(select(CaseClock).where(CaseClock.case_id == case.id).order_by(CaseClock.id)))


@pytest.mark.parametrize(
    ("given", "note"),
    [
        ({"case": "QJ-GQ-2021-9999"}, "unknown"),
        ({"on": date(2021, 6, 9)}, "refused"),
        ({"on": date(2021, 7, 1)}, "refused"),
    ],
)
def test_what_does_not_fit_changes_nothing(
    session: Session, partner: Partner, head: Actor, now: datetime, given: dict[str, Any], note: str
) -> None:
    case = led_to(session, head, RECOMMENDED, "recommended")
    before = state_of(session, case)
    told = receipt(case, "accepted", **given)
    assert apply_decision(session, partner=partner, receipt=told, now=now) == (False, note)
    assert state_of(session, case) == before


def test_another_regions_case_is_unknown_to_the_partner(
    session: Session, partner: Partner, head: Actor, now: datetime
) -> None:
    case = led_to(session, head, RECOMMENDED, "recommended")
    partner.region_prefix = "421"
    session.flush()
    before = state_of(session, case)
    assert apply_decision(session, partner=partner, receipt=receipt(case, "accepted"), now=now) == (False, "unknown")
    assert state_of(session, case) == before


@pytest.mark.parametrize(("stage", "decision"), [("review", "accepted"), ("expert-review", "requested")])
def test_a_stage_that_waits_for_no_such_decision_keeps_the_case(
    session: Session, partner: Partner, head: Actor, now: datetime, stage: str, decision: str
) -> None:
    case = led_to(session, head, RECOMMENDED, stage)
    before = state_of(session, case)
    assert apply_decision(session, partner=partner, receipt=receipt(case, decision), now=now) == (False, "refused")
    assert state_of(session, case) == before


def test_a_certificate_is_the_officers_to_enter(session: Session, partner: Partner, head: Actor, now: datetime) -> None:
    case = led_to(session, head, RECOMMENDED, "filed")
    before = state_of(session, case)
    assert apply_decision(session, partner=partner, receipt=receipt(case, "accepted"), now=now) == (False, "refused")
    assert state_of(session, case) == before
    certify = {"certificate_number": "GR202142000001", "issued_on": "2021-06-24"}
    assert step(session, head, now, case, "certify", values=certify).state == "finished"


def test_the_same_decision_under_another_receipt_is_not_the_next_one(
    session: Session, partner: Partner, head: Actor, now: datetime
) -> None:
    case = led_to(session, head, RECOMMENDED, "recommended")
    assert apply_decision(session, partner=partner, receipt=receipt(case, "accepted"), now=now) == (True, "")
    before = state_of(session, case)
    again = receipt(case, "accepted", receipt_id="R2")
    assert apply_decision(session, partner=partner, receipt=again, now=now) == (False, "repeated")
    assert state_of(session, case) == before


def test_a_closed_case_takes_no_decision(session: Session, partner: Partner, head: Actor, now: datetime) -> None:
    case = led_to(session, head, RECOMMENDED, "recommended")
    step(session, head, RECOMMENDED, case, "withdraw", reason="企业撤回")
    before = state_of(session, case)
    assert apply_decision(session, partner=partner, receipt=receipt(case, "rejected"), now=now) == (False, "refused")
    assert state_of(session, case) == before
