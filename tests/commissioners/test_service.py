"""Experts and agreements: what is refused, what is journalled, what counts."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commissioners import queries
from app.commissioners.domain import PlanCount
from app.commissioners.lists import COMMISSIONERS, CommissionerFilter
from app.commissioners.models import Commissioner
from app.commissioners.schemas import CommissionerInput, EndInput
from app.commissioners.service import agreements, people
from app.journal.models import JournalEvent, JournalPrivate
from app.kit import db
from app.kit.actor import Actor
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.kit.lists.viewer import Viewer
from tests.commissioners.terms import terms
from tests.factories.commissioners import agreement, expert, firm

ON = date(2021, 6, 30)

MakeActor = Callable[..., Actor]


def events_of(session: Session) -> list[JournalEvent]:
    db.commit(session)
    return list(
        session.scalars(
            select(JournalEvent).where(JournalEvent.subject_kind == "commissioner").order_by(JournalEvent.position)
        )
    )


# -- the expert ---------------------------------------------------------------------------------------------------------


def test_an_expert_is_put_on_file_with_one_event_and_the_phone_kept_apart(
    session: Session, actor: MakeActor, now: datetime
) -> None:
    who = expert(session, actor(), now, name="单晓明（示例）", phone="13871234567")
    (event,) = events_of(session)
    assert (event.type, event.subject_id, event.region_code) == ("commissioner.created", who.public_id, "429005")
    assert "phone" not in event.changes
    assert "13871234567" not in str(event.changes)
    assert "13871234567" in session.scalars(select(JournalPrivate.content)).one()
    assert who.name_pinyin.startswith("shan xiao ming")


def test_a_namesake_of_the_same_unit_must_be_confirmed(session: Session, actor: MakeActor, now: datetime) -> None:
    officer = actor()
    expert(session, officer, now, name="李华（示例）")
    with pytest.raises(Conflict) as refused:
        expert(session, officer, now, name="李华（示例）")
    assert "same_name_confirmed" in refused.value.fields
    expert(session, officer, now, name="李华（示例）", same_name_confirmed=True)
    expert(session, officer, now, name="李华（示例）", unit="另一所大学（示例）")


def test_an_edit_tells_exactly_what_changed(session: Session, actor: MakeActor, now: datetime) -> None:
    officer = actor()
    who = expert(session, officer, now, name="李华（示例）", title="讲师")
    given = CommissionerInput(name="李华（示例）", unit=who.unit, title="教授", phone=who.phone)
    people.edit(session, actor=officer, commissioner=who, given=given, version=who.version, now=now)
    people.edit(session, actor=officer, commissioner=who, given=given, version=who.version, now=now)
    _created, changed = events_of(session)
    assert changed.changes == {"title": ["讲师", "教授"]}


def test_a_form_made_from_an_older_state_is_refused(session: Session, actor: MakeActor, now: datetime) -> None:
    officer = actor()
    who = expert(session, officer, now)
    seen = who.version
    given = CommissionerInput(name=who.name, unit=who.unit, title="教授")
    people.edit(session, actor=officer, commissioner=who, given=given, version=seen, now=now)
    with pytest.raises(Conflict, match="重新打开"):
        people.edit(session, actor=officer, commissioner=who, given=given, version=seen, now=now)


def test_an_expert_who_serves_cannot_be_retired(session: Session, actor: MakeActor, now: datetime) -> None:
    officer = actor()
    who = expert(session, officer, now)
    signed = agreement(session, officer, now, who, firm(session))
    with pytest.raises(Conflict):
        people.retire(session, actor=officer, commissioner=who, reason="调离", now=now)
    ending = EndInput(end_reason="expert-left", ended_on=date(2021, 6, 29))
    agreements.end_early(session, actor=officer, commissioner=who, agreement=signed, given=ending, now=now)
    people.retire(session, actor=officer, commissioner=who, reason="调离", now=now)
    assert who.disabled_on == date(2021, 6, 30)
    assert COMMISSIONERS.page(Viewer(session, officer, ON), CommissionerFilter()).items == []
    people.reinstate(session, actor=officer, commissioner=who, now=now)
    assert who.disabled_on is None


def test_another_office_does_not_see_the_expert(session: Session, actor: MakeActor, now: datetime) -> None:
    who = expert(session, actor(), now)
    with pytest.raises(NotFound):
        queries.get_visible_to(session, actor(region="429004"), who.public_id)
    with pytest.raises(Forbidden):
        expert(session, actor(role="leader"), now)


@pytest.mark.parametrize("word", ["明", "晓明", "shanxiaoming", "shanx", "sxm", "江汉", "单 江汉"])
def test_an_expert_is_found_by_name_spelling_initials_and_unit(
    session: Session, actor: MakeActor, now: datetime, word: str
) -> None:
    officer = actor()
    who = expert(session, officer, now, name="单晓明（示例）")
    expert(session, officer, now, name="王强（示例）", unit="另一所大学（示例）")
    found = COMMISSIONERS.page(Viewer(session, officer, ON), CommissionerFilter(q=word)).items
    assert [item.id for item in found] == [who.id]


# -- agreements ---------------------------------------------------------------------------------------------------------


def test_an_agreement_is_an_event_of_the_expert_seen_on_the_firms_side(
    session: Session, actor: MakeActor, now: datetime
) -> None:
    officer = actor()
    who, where = expert(session, officer, now), firm(session)
    signed = agreement(session, officer, now, who, where, number="协-2021-001", amount_fen=12_345_600)
    event = events_of(session)[-1]
    assert (event.type, event.subject_kind, event.enterprise_id) == (
        "commissioner.agreement_signed",
        "commissioner",
        where.id,
    )
    assert event.changes["amount_fen"] == [None, 12_345_600]
    assert queries.agreements_of_enterprise(session, where.id) == [signed]


def test_a_second_agreement_for_the_same_days_is_refused(session: Session, actor: MakeActor, now: datetime) -> None:
    officer = actor()
    who, where = expert(session, officer, now), firm(session)
    first = agreement(session, officer, now, who, where)
    with pytest.raises(Conflict) as refused:
        agreement(session, officer, now, who, where, starts_on=date(2021, 12, 31), ends_on=date(2022, 6, 30))
    assert refused.value.code == "commissioner.agreement.overlap"
    agreement(session, officer, now, who, where, starts_on=date(2022, 1, 1), ends_on=date(2022, 6, 30))
    agreement(session, officer, now, who, where, programme_code="rural-commissioner")
    agreement(session, officer, now, who, firm(session))
    agreement(session, officer, now, expert(session, officer, now), where)
    corrected = terms(ends_on="2022-01-01")
    with pytest.raises(Conflict):
        agreements.correct(session, actor=officer, commissioner=who, agreement=first, terms=corrected, now=now)


def test_a_term_that_ends_before_it_begins_is_refused(session: Session, actor: MakeActor, now: datetime) -> None:
    officer = actor()
    with pytest.raises(Invalid) as refused:
        agreement(session, officer, now, expert(session, officer, now), firm(session), ends_on=date(2020, 12, 31))
    assert "ends_on" in refused.value.fields


def test_an_agreement_recorded_in_error_never_counted(session: Session, actor: MakeActor, now: datetime) -> None:
    officer = actor()
    who, where = expert(session, officer, now), firm(session)
    signed = agreement(session, officer, now, who, where)
    assert counted(session, PlanCount.PROVINCIAL) == 1
    ending = EndInput(end_reason="recorded-in-error", end_note="登记到了另一位专家名下")
    agreements.end_early(session, actor=officer, commissioner=who, agreement=signed, given=ending, now=now)
    assert signed.ended_on == date(2020, 12, 31)
    assert counted(session, PlanCount.PROVINCIAL) == 0
    agreement(session, officer, now, who, where)
    assert counted(session, PlanCount.PROVINCIAL) == 1


def test_an_ended_agreement_is_closed_for_good(session: Session, actor: MakeActor, now: datetime) -> None:
    officer = actor()
    who = expert(session, officer, now)
    signed = agreement(session, officer, now, who, firm(session))
    ending = EndInput(end_reason="aim-reached", ended_on=date(2021, 6, 30))
    agreements.end_early(session, actor=officer, commissioner=who, agreement=signed, given=ending, now=now)
    for again in (
        lambda: agreements.end_early(session, actor=officer, commissioner=who, agreement=signed, given=ending, now=now),
        lambda: agreements.correct(session, actor=officer, commissioner=who, agreement=signed, terms=terms(), now=now),
    ):
        with pytest.raises(Conflict):
            again()


def test_neither_a_foreign_firm_nor_a_retired_one_gets_an_agreement(
    session: Session, actor: MakeActor, now: datetime
) -> None:
    officer = actor()
    who = expert(session, officer, now)
    with pytest.raises(Forbidden):
        agreement(session, officer, now, who, firm(session, region="429004001"))
    with pytest.raises(Conflict):
        agreement(session, officer, now, who, firm(session, disabled_on=date(2021, 5, 1)))


# -- the plan's headcounts ------------------------------------------------------------------------------------------------


def counted(session: Session, headcount: PlanCount, year: int = 2021, region: str = "429005") -> int:
    found = session.scalars(queries.counted_in_year(headcount, year, region)).all()
    assert all(isinstance(item, Commissioner) for item in found)
    return len(found)


def test_each_person_counts_once_in_the_headcount_of_the_programme(
    session: Session, actor: MakeActor, now: datetime
) -> None:
    officer = actor()
    one, two, three = (expert(session, officer, now) for _n in range(3))
    here, there = firm(session), firm(session)
    agreement(session, officer, now, one, here)
    agreement(session, officer, now, one, there, programme_code="talent-serves-enterprise")
    agreement(session, officer, now, two, here, programme_code="rural-commissioner")
    agreement(session, officer, now, three, here, programme_code="deputy-director")
    assert counted(session, PlanCount.PROVINCIAL) == 1
    assert counted(session, PlanCount.RURAL) == 1
    agreement(session, officer, now, two, there)
    assert counted(session, PlanCount.PROVINCIAL) == 2
    assert counted(session, PlanCount.PROVINCIAL, year=2022) == 0
    assert counted(session, PlanCount.PROVINCIAL, region="429005002") == 0
