"""An officer decides otherwise than the verdict on a case: who may, what it changes, what stays visible."""

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.domain.verdicts import verdicts_kept
from app.cases.models import CaseFile
from app.cases.service.overriding import keep_verdict_now, override_case_verdict, take_back_case_override
from app.journal.models import JournalEvent
from app.kit import db
from app.kit.actor import Actor
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.policies.models import StoredVerdict, VerdictOverride
from app.policies.queries import find_override_in_force
from app.policies.schemas import OverrideInput, TakeBackInput
from app.programmes.models import ProgrammeVersion
from app.programmes.queries import load_catalogue
from tests.factories import cases

POLICY = "high-tech-enterprise"
MET = OverrideInput(outcome="met", reason="已核对原件", document="潜科函〔2021〕3号（示例）")
BACK = TakeBackInput(reason="文号有误")


@pytest.fixture
def head(actor: Any) -> Actor:
    return actor(role="section_head")


@pytest.fixture
def case(session: Session, head: Actor, now: datetime) -> CaseFile:
    return cases.led_to(session, head, now, "review")


def kept(session: Session, case: CaseFile) -> list[StoredVerdict]:
    """The verdicts kept for the case, oldest first."""
    rows = select(StoredVerdict).where(StoredVerdict.case_id == case.id).order_by(StoredVerdict.id)
    return list(session.scalars(rows))


def events(session: Session, like: str) -> list[JournalEvent]:
    """The events of a type, in order."""
    db.commit(session)
    rows = select(JournalEvent).where(JournalEvent.type.like(like)).order_by(JournalEvent.position)
    return list(session.scalars(rows))


def overridden(session: Session, head: Actor, case: CaseFile, now: datetime) -> VerdictOverride:
    """The newest kept verdict overridden."""
    verdict = kept(session, case)[-1]
    return override_case_verdict(session, actor=head, number=case.number, verdict_id=verdict.id, data=MET, now=now)


def test_verdicts_are_kept_at_submission_recommendation_and_decision(
    session: Session, head: Actor, now: datetime
) -> None:
    case = cases.led_to(session, head, now, "certified")
    assert [row.reason for row in kept(session, case)] == ["submit", "recommend", "certify"]
    last = events(session, "case.moved")[-1]
    assert [verdict["policy"] for verdict in last.data["verdicts"]] == [POLICY]


def test_an_override_stands_until_it_is_taken_back_and_both_stay(
    session: Session, head: Actor, case: CaseFile, now: datetime
) -> None:
    made = overridden(session, head, case, now)
    assert find_override_in_force(session, case.id, POLICY) is made
    with pytest.raises(Conflict):
        overridden(session, head, case, now)
    take_back_case_override(session, actor=head, number=case.number, override_id=made.id, data=BACK, now=now)
    assert find_override_in_force(session, case.id, POLICY) is None
    assert (made.reason, made.withdrawn_by, made.withdrawn_reason) == ("已核对原件", head.name, "文号有误")
    with pytest.raises(Conflict):
        take_back_case_override(session, actor=head, number=case.number, override_id=made.id, data=BACK, now=now)
    told = events(session, "verdict.overrid%")
    assert [(event.type, event.subject_kind, event.subject_id) for event in told] == [
        ("verdict.overridden", "case", case.number),
        ("verdict.override_taken_back", "case", case.number),
    ]
    assert told[0].changes["outcome"] == ["unknown", "met"] and told[0].data["reason"] == "已核对原件"


def test_only_the_newest_verdict_of_the_case_can_be_overridden(
    session: Session, head: Actor, case: CaseFile, now: datetime
) -> None:
    first = kept(session, case)[-1]
    newer = keep_verdict_now(session, actor=head, number=case.number, policy=POLICY, now=now)
    with pytest.raises(Conflict) as refused:
        override_case_verdict(session, actor=head, number=case.number, verdict_id=first.id, data=MET, now=now)
    assert refused.value.code == "policies.override.superseded"
    override_case_verdict(session, actor=head, number=case.number, verdict_id=newer.id, data=MET, now=now)
    other = cases.opened(session, head, now).row
    with pytest.raises(NotFound):
        override_case_verdict(session, actor=head, number=other.number, verdict_id=newer.id, data=MET, now=now)


def test_nothing_is_overridden_by_the_same_outcome(
    session: Session, head: Actor, case: CaseFile, now: datetime
) -> None:
    made = overridden(session, head, case, now)
    take_back_case_override(session, actor=head, number=case.number, override_id=made.id, data=BACK, now=now)
    kept(session, case)[-1].outcome = "met"
    with pytest.raises(Invalid) as refused:
        overridden(session, head, case, now)
    assert set(refused.value.fields) == {"outcome"}


def test_it_takes_the_right_the_region_and_an_open_case(
    session: Session, actor: Any, head: Actor, case: CaseFile, now: datetime
) -> None:
    with pytest.raises(Forbidden):
        overridden(session, actor(), case, now)
    with pytest.raises(NotFound):
        overridden(session, actor(role="section_head", region="429006"), case, now)
    overridden(session, actor(role="leader"), case, now)
    with pytest.raises(Invalid):
        keep_verdict_now(session, actor=head, number=case.number, policy="technology-sme", now=now)
    closed = cases.step(session, head, now, case, "withdraw", reason="企业撤回（示例）")
    with pytest.raises(Conflict):
        keep_verdict_now(session, actor=head, number=closed.number, policy=POLICY, now=now)


def insisting(session: Session) -> None:
    """The certification programme insists on the verdict when a case is recommended, as a later version might."""
    versions = select(ProgrammeVersion).where(ProgrammeVersion.code == POLICY).order_by(ProgrammeVersion.version.desc())
    row = session.scalars(versions).first()
    assert row is not None
    content = dict(row.content)
    content["actions"] = [
        {**action, "needs": {**action["needs"], "verdict": {"policy": POLICY, "mode": "require"}}}
        if action["code"] == "recommend"
        else action
        for action in content["actions"]
    ]
    row.content, row.sha256 = content, "0" * 64
    session.flush()


def test_a_guard_passes_by_the_override_and_the_event_says_whose_decision_it_was(
    session: Session, head: Actor, case: CaseFile, now: datetime
) -> None:
    insisting(session)
    with pytest.raises(Conflict) as refused:
        cases.step(session, head, now, case, "recommend")
    assert refused.value.code == "case.verdict.not_met"
    made = overridden(session, head, case, now)
    moved = cases.step(session, head, now, case, "recommend")
    assert moved.stage == "recommended"
    (verdict,) = events(session, "case.moved")[-1].data["verdicts"]
    assert verdict["outcome"] == "unknown"
    assert verdict["override"] == {
        "id": made.id,
        "outcome": "met",
        "by": head.name,
        "document": "潜科函〔2021〕3号（示例）",
    }


def test_every_programme_with_a_policy_keeps_its_verdict_at_all_three_moments(session: Session) -> None:
    catalogue = load_catalogue(session)
    programmes = [programme for programme in catalogue.in_force(date(2024, 6, 30)).values() if programme.policies]
    assert POLICY in {programme.code for programme in programmes}
    for programme in programmes:
        for action in programme.actions:
            stage = programme.stage(action.to)
            decisive = (
                "submit" in action.effects
                or "recommended" in stage.counts_as
                or stage.outcome in {"finished", "rejected"}
            )
            if decisive:
                assert set(verdicts_kept(programme, action)) == set(programme.policies), (programme.code, action.code)
            elif stage.outcome == "withdrawn":
                assert verdicts_kept(programme, action) == (), (programme.code, action.code)
