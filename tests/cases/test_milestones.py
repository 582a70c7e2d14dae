"""Milestones: done, reopened, put off, dated by a round's cut-offs; overdue is derived."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from app.cases.domain.milestones import is_overdue, next_due
from app.cases.domain.state import MilestoneState
from app.cases.models import CaseFile, Milestone
from app.cases.schemas import CompleteMilestone, ReopenMilestone, RescheduleMilestone, SetRound
from app.cases.service.assigning import set_case_round
from app.cases.service.milestones import (
    complete_milestone,
    date_round,
    reopen_milestone,
    reschedule_milestone,
)
from app.journal.models import JournalEvent
from app.kit import db
from app.kit.errors import Conflict, Invalid, NotFound
from app.programmes.schemas import RoundInput
from app.programmes.service.rounds import set_round

HEAD = "section_head"


@pytest.fixture
def case(session, actor, now):
    from tests.factories import cases

    return cases.led_to(session, actor(role=HEAD), now, "preparation", round="rolling")


def milestone(session, case, code="special-audit"):
    return session.scalars(
        select(Milestone).where(Milestone.case_id == case.id, Milestone.code == code).order_by(Milestone.id)
    ).first()


def put_off(session, who, now, case, row, day, reason=""):
    command = RescheduleMilestone(version=row.version, due_on=day, reason=reason)
    return reschedule_milestone(session, actor=who, now=now, number=case.number, milestone_id=row.id, command=command)


def done(session, who, now, case, row, day=date(2021, 6, 30), note=""):
    command = CompleteMilestone(version=row.version, done_on=day, note=note)
    return complete_milestone(session, actor=who, now=now, number=case.number, milestone_id=row.id, command=command)


def test_overdue_begins_the_day_after():
    row = MilestoneState("x", 1, due_on=date(2021, 6, 30))
    assert not is_overdue(row, date(2021, 6, 30))
    assert is_overdue(row, date(2021, 7, 1))
    assert not is_overdue(MilestoneState("x", 1, date(2021, 6, 30), done_on=date(2021, 7, 5)), date(2021, 7, 6))
    assert next_due([row, MilestoneState("y", 1, date(2021, 6, 1), lapsed_on=date(2021, 6, 2))]) == date(2021, 6, 30)


def test_an_unknown_cutoff_leaves_the_day_open(session, case):
    assert milestone(session, case).due_on is None
    assert case.next_due_on is None


def test_the_first_day_needs_no_reason_a_later_one_does(session, actor, now, case):
    who, row = actor(), milestone(session, case)
    put_off(session, who, now, case, row, date(2021, 9, 1))
    assert (row.planned_on, row.due_on, case.next_due_on) == (date(2021, 9, 1),) * 3
    with pytest.raises(Invalid) as caught:
        put_off(session, who, now, case, row, date(2021, 9, 15))
    assert "reason" in caught.value.fields
    put_off(session, who, now, case, row, date(2021, 9, 15), "事务所排期")
    assert (row.planned_on, row.due_on, case.next_due_on) == (date(2021, 9, 1), date(2021, 9, 15), date(2021, 9, 15))


def test_done_with_a_note_and_taken_back(session, actor, now, case):
    who, row = actor(), milestone(session, case)
    put_off(session, who, now, case, row, date(2021, 9, 1))
    done(session, who, now, case, row, note="鄂审〔2021〕示例号")
    assert (row.done_on, row.done_by, row.note) == (date(2021, 6, 30), who.name, "鄂审〔2021〕示例号")
    assert case.next_due_on is None
    command = ReopenMilestone(version=row.version, reason="缺第三年")
    reopen_milestone(session, actor=who, now=now, number=case.number, milestone_id=row.id, command=command)
    assert (row.done_on, case.next_due_on) == (None, date(2021, 9, 1))
    db.commit(session)
    types = session.scalars(
        select(JournalEvent.type).where(JournalEvent.subject_id == case.number).order_by(JournalEvent.position)
    ).all()
    assert types[-3:] == ["case.milestone_rescheduled", "case.milestone_done", "case.milestone_reopened"]


@pytest.mark.parametrize(
    ("day", "code"),
    [(date(2021, 7, 1), "case.milestone.done_in_future"), (date(2021, 6, 29), "case.milestone.done_before_opening")],
)
def test_impossible_days(session, actor, now, case, day, code):
    with pytest.raises(Invalid) as caught:
        done(session, actor(), now, case, milestone(session, case), day)
    assert caught.value.code == code


def test_a_due_date_before_the_opening_is_refused(session, actor, now, case):
    with pytest.raises(Invalid, match="立案日期"):
        put_off(session, actor(), now, case, milestone(session, case), date(2021, 6, 1))


def test_a_stale_milestone_is_a_conflict(session, actor, now, case):
    who, row = actor(), milestone(session, case)
    stale = CompleteMilestone(version=row.version, done_on=date(2021, 6, 30))
    done(session, who, now, case, row)
    with pytest.raises(Conflict):
        complete_milestone(session, actor=who, now=now, number=case.number, milestone_id=row.id, command=stale)


def test_another_cases_milestone_is_not_found(session, actor, now, case):
    from tests.factories import cases

    other = cases.led_to(session, actor(role=HEAD), now, "preparation")
    with pytest.raises(NotFound):
        done(session, actor(), now, other, milestone(session, case))


# -- cut-offs ----------------------------------------------------------------------------------------------------------


def set_cutoffs(session, who, now, bureau, province):
    set_round(
        session,
        actor=who,
        now=now,
        code="high-tech-enterprise",
        year=2021,
        round_code="rolling",
        values=RoundInput(bureau_cutoff_on=bureau, province_cutoff_on=province, version=1),
    )
    return date_round(
        session, actor=who, now=now, programme_code="high-tech-enterprise", year=2021, round_code="rolling"
    )


def test_a_cutoff_dates_what_waited_for_it_and_nothing_else(session, actor, now, case):
    head = actor(role=HEAD)
    moved = milestone(session, case, "property-list")
    put_off(session, head, now, case, moved, date(2021, 8, 1))
    assert set_cutoffs(session, head, now, date(2021, 10, 8), date(2021, 10, 29)) == [case.number]
    assert milestone(session, case).due_on == date(2021, 10, 8)
    assert moved.due_on == date(2021, 8, 1)
    assert milestone(session, case, "self-assessment").due_on is None
    db.commit(session)
    events = session.scalars(select(JournalEvent).where(JournalEvent.type == "case.milestones_dated")).all()
    assert [event.subject_id for event in events] == [case.number]
    assert events[0].data["dated"]["special-audit"] == "2021-10-08"


def test_a_case_put_into_a_dated_round_gets_its_days(session, actor, now):
    from tests.factories import cases

    head = actor(role=HEAD)
    set_cutoffs(session, head, now, date(2021, 10, 8), None)
    case = cases.led_to(session, head, now, "preparation")
    assert milestone(session, case).due_on is None
    command = SetRound(version=case.version, round="rolling")
    set_case_round(session, actor=head, now=now, number=case.number, command=command)
    assert milestone(session, case).due_on == date(2021, 10, 8)


def test_cutoffs_leave_other_regions_alone(session, actor, now):
    from tests.factories import cases

    there = actor(role=HEAD, region="429006")
    firm = cases.firm(session, region="429006001")
    cases.led_to(session, there, now, "preparation", round="rolling", enterprise=firm)
    assert set_cutoffs(session, actor(role=HEAD), now, date(2021, 10, 8), None) == []


def test_next_due_always_agrees_with_the_milestones(session, actor, now, case):
    head = actor(role=HEAD)
    set_cutoffs(session, head, now, date(2021, 7, 5), None)
    later = datetime(2021, 7, 20, 2, 0, tzinfo=UTC)
    for row in session.scalars(select(Milestone).where(Milestone.case_id == case.id)).all():
        done(session, head, later, case, row, date(2021, 7, 1))
        rows = session.scalars(select(Milestone).where(Milestone.case_id == case.id)).all()
        waiting = [r.due_on for r in rows if r.due_on and not r.done_on and not r.lapsed_on]
        stored = session.scalar(select(CaseFile.next_due_on).where(CaseFile.id == case.id))
        assert stored == min(waiting, default=None)
