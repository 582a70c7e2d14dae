"""督办 and bad ratings: who asks, answers and closes, and what a bad rating needs before it is followed up."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.models import CaseFile
from app.cases.oversight.lists import RatingFilter
from app.cases.oversight.models import ServiceRating, Supervision
from app.cases.oversight.queries import list_distributions_visible_to
from app.cases.oversight.schemas import (
    AnswerSupervision,
    AskSupervisionAgain,
    CloseSupervision,
    RecordMeasures,
    Supervise,
)
from app.cases.oversight.service.measuring import record_measures
from app.cases.oversight.service.supervising import answer_supervision, ask_again, close_supervision, supervise
from app.cases.schemas import AssignOfficer
from app.cases.service.assigning import assign_officer
from app.journal.models import JournalEvent
from app.kit import db
from app.kit.actor import Actor
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.kit.lists.viewer import Viewer
from tests.factories.cases import opened

Officer = Callable[..., Actor]
DUE = date(2021, 7, 2)
ON = date(2021, 6, 30)


def asked(session: Session, head: Actor, now: datetime, case: CaseFile) -> Supervision:
    command = Supervise(request="七月二日前提出审查意见", due_on=DUE)
    return supervise(session, actor=head, now=now, number=case.number, command=command)


def event_types(session: Session, case: CaseFile) -> list[str]:
    db.commit(session)
    return list(
        session.scalars(
            select(JournalEvent.type).where(JournalEvent.subject_id == case.number).order_by(JournalEvent.position)
        )
    )


def test_asked_answered_asked_again_and_closed_each_with_one_event(
    session: Session, actor: Officer, now: datetime, later: datetime
) -> None:
    head, caseworker = actor("section_head"), actor()
    case = opened(session, caseworker, now).row
    row = asked(session, head, now, case)
    given = AnswerSupervision(version=row.version, answer="已约企业周四现场核查")
    answer_supervision(session, actor=caseworker, now=now, number=case.number, supervision_id=row.id, command=given)
    assert (row.answer, row.answered_by) == ("已约企业周四现场核查", caseworker.name)
    again = AskSupervisionAgain(version=row.version, request="核查后当日报结果", due_on=date(2021, 7, 9))
    ask_again(session, actor=head, now=later, number=case.number, supervision_id=row.id, command=again)
    assert (row.answer, row.answered_at, row.due_on) == ("", None, date(2021, 7, 9))
    close_supervision(
        session, actor=head, now=later, number=case.number, supervision_id=row.id,
        command=CloseSupervision(version=row.version),
    )  # fmt: skip
    assert row.closed_at == later
    assert event_types(session, case)[1:] == [
        "case.supervised", "case.supervision_answered", "case.supervised_again", "case.supervision_closed",
    ]  # fmt: skip


def test_only_the_officer_in_charge_answers_and_only_those_who_lead_ask(
    session: Session, actor: Officer, now: datetime
) -> None:
    head, caseworker, other = actor("section_head"), actor(), actor()
    case = opened(session, caseworker, now).row
    row = asked(session, actor("leader"), now, case)
    given = AnswerSupervision(version=row.version, answer="我来说")
    for who in (other, head):
        with pytest.raises(Forbidden):
            answer_supervision(session, actor=who, now=now, number=case.number, supervision_id=row.id, command=given)
    with pytest.raises(Forbidden):
        asked(session, caseworker, now, case)
    with pytest.raises(NotFound):
        asked(session, actor("section_head", "429004"), now, case)


def test_a_request_needs_a_text_a_day_ahead_and_an_officer(session: Session, actor: Officer, now: datetime) -> None:
    head, caseworker = actor("section_head"), actor()
    case = opened(session, caseworker, now).row
    with pytest.raises(Invalid) as refused:
        supervise(
            session, actor=head, now=now, number=case.number,
            command=Supervise(request=" ", due_on=date(2021, 6, 29)),
        )  # fmt: skip
    assert set(refused.value.fields) == {"request", "due_on"}
    case.officer_id = None
    session.flush()
    with pytest.raises(Invalid, match="还没有经办人"):
        asked(session, head, now, case)


def test_what_is_closed_or_changed_meanwhile_is_left_alone(session: Session, actor: Officer, now: datetime) -> None:
    head, caseworker = actor("section_head"), actor()
    case = opened(session, caseworker, now).row
    row = asked(session, head, now, case)
    stale = CloseSupervision(version=row.version + 1)
    with pytest.raises(Conflict):
        close_supervision(session, actor=head, now=now, number=case.number, supervision_id=row.id, command=stale)
    close_supervision(
        session, actor=head, now=now, number=case.number, supervision_id=row.id,
        command=CloseSupervision(version=row.version),
    )  # fmt: skip
    late = AnswerSupervision(version=row.version, answer="晚了")
    with pytest.raises(Conflict, match="已经办结"):
        answer_supervision(session, actor=caseworker, now=now, number=case.number, supervision_id=row.id, command=late)


def test_supervision_follows_the_case_to_its_next_officer(session: Session, actor: Officer, now: datetime) -> None:
    head, caseworker, next_one = actor("section_head"), actor(), actor()
    case = opened(session, caseworker, now).row
    row = asked(session, head, now, case)
    command = AssignOfficer(officer_id=next_one.id, version=case.version, reason="调岗")
    assign_officer(session, actor=head, now=now, number=case.number, command=command)
    session.refresh(row)
    assert row.officer_id == next_one.id
    given = AnswerSupervision(version=row.version, answer="接手后已办")
    answer_supervision(session, actor=next_one, now=now, number=case.number, supervision_id=row.id, command=given)


# -- ratings ---------------------------------------------------------------------------------------------------------------


def rated(session: Session, case: CaseFile, grade: int, at: datetime) -> ServiceRating:
    row = ServiceRating(case_id=case.id, grade=grade, items=[], remark="跑了三趟", by_name="王敏（示例）", at=at)
    session.add(row)
    session.flush()
    return row


def test_a_bad_rating_is_followed_up_in_four_parts(session: Session, actor: Officer, now: datetime) -> None:
    caseworker = actor()
    case = opened(session, caseworker, now).row
    row = rated(session, case, 2, now)
    parts = {"weighed": "属实", "verified": "查了取号记录", "put_right": "改为一次告知", "told": "已电话告知企业"}
    with pytest.raises(Invalid) as refused:
        record_measures(
            session, actor=caseworker, now=now, number=case.number, command=RecordMeasures(version=1, weighed="属实")
        )
    assert set(refused.value.fields) == {"verified", "put_right", "told"}
    command = RecordMeasures(version=1, **parts)
    record_measures(session, actor=caseworker, now=now, number=case.number, command=command)
    assert row.measures == "研判：属实\n核实：查了取号记录\n整改：改为一次告知\n反馈：已电话告知企业"
    with pytest.raises(Conflict):
        record_measures(session, actor=caseworker, now=now, number=case.number, command=command)
    good = opened(session, caseworker, now).row
    rated(session, good, 5, now)
    with pytest.raises(Conflict, match="只有"):
        record_measures(session, actor=caseworker, now=now, number=good.number, command=command)


def test_ratings_are_counted_by_programme_and_by_the_year_in_shanghai(
    session: Session, actor: Officer, now: datetime
) -> None:
    caseworker = actor()
    new_year = datetime.fromisoformat("2021-12-31T16:00:00+00:00")
    for grade, at in ((5, now), (2, now), (4, new_year - timedelta(seconds=1)), (1, new_year)):
        rated(session, opened(session, caseworker, now).row, grade, at)
    (one,) = list_distributions_visible_to(Viewer(session, caseworker, ON), RatingFilter(year=2021))
    assert (one.grades, one.number, one.points) == ({5: 1, 4: 1, 3: 0, 2: 1, 1: 0}, 3, 11)
    (next_year,) = list_distributions_visible_to(Viewer(session, caseworker, ON), RatingFilter(year=2022))
    assert next_year.grades[1] == 1
    assert not list_distributions_visible_to(Viewer(session, actor(region="429004"), ON), RatingFilter())
