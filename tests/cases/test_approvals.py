"""Approvals by required right and number; nobody approves twice; sending back lets them lapse and says why."""

import pytest
from sqlalchemy import select

from app.cases.models import Approval
from app.cases.queries import list_approvals
from app.cases.schemas import ApproveStep, TakeStep, WithdrawApproval
from app.cases.service.approving import approve_step, withdraw_approval
from app.cases.service.moving import take_step
from app.kit.errors import Conflict, Forbidden, Invalid
from app.programmes.models import ProgrammeVersion
from tests.cases.test_lifecycle import events_of
from tests.factories import cases
from tests.factories.supplies import supply
from tests.support import people


def approve(session, who, now, case, action="recommend", note=""):
    command = ApproveStep(action=action, version=case.version, note=note)
    return approve_step(session, actor=who, now=now, number=case.number, command=command)


def withdraw(session, who, now, case, action="recommend"):
    command = WithdrawApproval(action=action, version=case.version, reason="再核一遍")
    return withdraw_approval(session, actor=who, now=now, number=case.number, command=command)


def recommend(session, who, now, case):
    command = TakeStep(action="recommend", version=case.version)
    return take_step(session, actor=who, now=now, number=case.number, command=command)


def two_needed(session):
    """The certification as if its recommendation needed two approvals, one of them a caseworker's or head's."""
    row = session.scalars(
        select(ProgrammeVersion)
        .where(ProgrammeVersion.code == "high-tech-enterprise")
        .order_by(ProgrammeVersion.version.desc())
    ).first()
    content = dict(row.content)
    content["actions"] = [
        {**action, "needs": {**action["needs"], "approvals": {"by": ["caseworker", "section_head"], "number": 2}}}
        if action["code"] == "recommend"
        else action
        for action in content["actions"]
    ]
    row.content, row.sha256 = content, "1" * 64
    session.flush()


@pytest.fixture
def in_review(session, now):
    """A case in review for whose recommendation only the approval is missing."""
    head = people.officer(session, role="section_head")
    case = cases.led_to(session, head, now, "review")
    supply(session, head, now, case, "recommend")
    session.execute(Approval.__table__.delete())
    return case


def test_the_step_is_refused_until_it_is_approved(session, now, in_review):
    caseworker, head = people.officer(session), people.officer(session, role="section_head")
    with pytest.raises(Conflict, match="还差 1 人审签") as refused:
        recommend(session, caseworker, now, in_review)
    assert refused.value.code == "case.action.needs"
    approve(session, head, now, in_review, note="材料齐全")
    assert recommend(session, caseworker, now, in_review).stage == "recommended"
    told = [event for event in events_of(session, in_review.number) if event.type == "case.approved"]
    assert told[0].data["approved"] == "recommend" and "材料齐全" in told[0].data["note"]


def test_two_different_people_are_needed(session, now):
    two_needed(session)
    head = people.officer(session, role="section_head")
    case = cases.led_to(session, head, now, "review")
    supply(session, head, now, case, "recommend")
    session.execute(Approval.__table__.delete())
    approve(session, head, now, case)
    with pytest.raises(Conflict) as refused:
        approve(session, head, now, case)
    assert refused.value.code == "case.approval.twice"
    with pytest.raises(Conflict, match="还差 1 人审签"):
        recommend(session, head, now, case)
    approve(session, people.officer(session), now, case)
    assert recommend(session, head, now, case).stage == "recommended"


def test_only_those_whose_right_it_is(session, now, in_review):
    with pytest.raises(Forbidden) as refused:
        approve(session, people.officer(session), now, in_review)
    assert refused.value.code == "case.approval.not_yours"
    with pytest.raises(Forbidden):
        approve(session, people.officer(session, role="leader"), now, in_review)


@pytest.mark.parametrize(
    ("action", "code"),
    [("return", "case.approval.unknown"), ("no-such", "case.approval.unknown")],
)
def test_steps_that_need_no_approval_take_none(session, now, in_review, action, code):
    with pytest.raises(Invalid) as refused:
        approve(session, people.officer(session, role="section_head"), now, in_review, action)
    assert refused.value.code == code


def test_an_approval_is_given_in_its_stage_only(session, now):
    head = people.officer(session, role="section_head")
    case = cases.opened(session, head, now).row
    with pytest.raises(Conflict) as refused:
        approve(session, head, now, case)
    assert refused.value.code == "case.approval.not_here"


def test_whoever_gave_it_takes_it_back_and_it_stays_visible(session, now, in_review):
    head = people.officer(session, role="section_head")
    approve(session, head, now, in_review)
    withdraw(session, head, now, in_review)
    with pytest.raises(Conflict) as refused:
        withdraw(session, head, now, in_review)
    assert refused.value.code == "case.approval.none"
    (kept,) = list_approvals(session, in_review.id)
    assert kept.lapsed_at == now and kept.lapse_reason == f"{head.name}：再核一遍"
    approve(session, head, now, in_review)
    assert recommend(session, head, now, in_review).stage == "recommended"


def test_sending_back_lapses_what_stood_and_a_new_approval_is_needed(session, now, in_review):
    head = people.officer(session, role="section_head")
    approve(session, head, now, in_review)
    case = cases.step(session, head, now, in_review, "return", reason="研发人员名单缺页")
    (lapsed,) = list_approvals(session, case.id)
    assert lapsed.lapse_reason == "“退回补正”：研发人员名单缺页"
    case = cases.step(session, head, now, case, "resubmit")
    with pytest.raises(Conflict, match="还差 1 人审签"):
        recommend(session, head, now, case)
