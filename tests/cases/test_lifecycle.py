"""A case from opening to its end, on a real database: rows, markers, events."""

from datetime import date

import pytest
from sqlalchemy import select

from app.cases.models import CaseMarker, Milestone, StageEntry
from app.enterprises.models import Certificate
from app.journal.models import JournalEvent
from app.kit import db
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.policies.models import StoredVerdict
from tests.factories import cases


def events_of(session, number):
    db.commit(session)
    return list(
        session.scalars(
            select(JournalEvent)
            .where(JournalEvent.subject_kind == "case", JournalEvent.subject_id == number)
            .order_by(JournalEvent.position)
        )
    )


def test_opening_gives_number_code_stage_and_officer(session, actor, now):
    who = actor()
    opened = cases.opened(session, who, now)
    row = opened.row
    assert row.number == "QJ-GQ-2021-0001"
    assert (row.stage, row.state, row.opened_on, row.officer_id) == ("pool", "open", date(2021, 6, 30), who.id)
    assert len(opened.query_code) == 10
    assert opened.query_code not in row.query_code_hash
    (event,) = events_of(session, row.number)
    assert event.type == "case.opened"
    assert event.changes["number"] == [None, row.number]


def test_one_open_case_per_firm_programme_and_year(session, actor, now):
    who, firm = actor(), cases.firm(session)
    first = cases.opened(session, who, now, firm).row
    with pytest.raises(Conflict, match=first.number), session.begin_nested():
        cases.opened(session, who, now, firm)
    second = cases.opened(session, who, now, firm, programme="joint-innovation-centre").row
    assert second.number == "QJ-LH-2021-0001"


def test_a_withdrawn_case_makes_room_for_another(session, actor, now):
    who, firm = actor(), cases.firm(session)
    first = cases.opened(session, who, now, firm).row
    cases.step(session, who, now, first, "withdraw", reason="企业放弃")
    assert first.state == "withdrawn"
    assert cases.opened(session, who, now, firm).row.number == "QJ-GQ-2021-0002"


def test_a_refused_opening_takes_no_number(session, actor, now):
    who, firm = actor(), cases.firm(session)
    cases.opened(session, who, now, firm)
    with pytest.raises(Conflict), session.begin_nested():
        cases.opened(session, who, now, firm)
    assert cases.opened(session, who, now).row.number == "QJ-GQ-2021-0002"


@pytest.mark.parametrize(("year", "taken"), [(2015, False), (2016, True), (2022, True), (2023, False)])
def test_a_year_lies_between_the_programmes_first_and_the_next(session, actor, now, year, taken):
    officer = actor()
    if taken:
        assert cases.opened(session, officer, now, year=year).row.year == year
    else:
        with pytest.raises(Invalid) as refused:
            cases.opened(session, officer, now, year=year)
        assert refused.value.code == "case.year.out_of_range"


def test_a_firm_of_another_region_is_not_found(session, actor, now):
    with pytest.raises(NotFound):
        cases.opened(session, actor(region="429005002"), now, cases.firm(session, region="429005001"))


def test_a_retired_firm_is_refused(session, actor, now):
    with pytest.raises(Conflict, match="停用"):
        cases.opened(session, actor(), now, cases.firm(session, disabled_on=date(2021, 1, 1)))


def test_the_smooth_run_ends_in_a_certificate(session, actor, now):
    head = actor(role="section_head")
    case = cases.led_to(session, head, now, "certified")
    assert (case.state, case.closed_on, case.submitted_on) == ("finished", date(2021, 6, 30), date(2021, 6, 30))
    certificate = session.scalars(select(Certificate)).one()
    assert (certificate.case_number, certificate.expires_on) == (case.number, date(2024, 6, 29))
    markers = set(session.scalars(select(CaseMarker.marker).where(CaseMarker.case_id == case.id)))
    assert markers == {"submitted", "recommended", "accepted", "certified"}
    stages = session.scalars(select(StageEntry.stage).where(StageEntry.case_id == case.id).order_by(StageEntry.ordinal))
    assert list(stages) == [
        "pool", "intent", "preparation", "filing", "review", "recommended", "joint-review", "expert-review", "publicity",
        "filed", "certified",
    ]  # fmt: skip
    assert [event.type for event in events_of(session, case.number)] == ["case.opened"] + ["case.moved"] * 10


def test_return_and_resubmission_keep_the_application_date(session, actor, now, later):
    head = actor(role="section_head")
    case = cases.led_to(session, head, now, "review")
    case = cases.step(session, head, now, case, "return", reason="研发人员名单缺页")
    case = cases.step(session, head, later, case, "resubmit")
    assert (case.stage, case.submitted_on) == ("review", date(2021, 6, 30))
    markers = {m.marker: m.reached_on for m in session.scalars(select(CaseMarker).where(CaseMarker.case_id == case.id))}
    assert markers == {"submitted": date(2021, 6, 30)}


def test_milestones_of_a_stage_are_made_once_and_lapse_at_the_end(session, actor, now):
    head = actor(role="section_head")
    case = cases.led_to(session, head, now, "review")
    made = session.scalars(select(Milestone.code).where(Milestone.case_id == case.id)).all()
    cases.step(session, head, now, case, "return", reason="缺页")
    cases.step(session, head, now, case, "resubmit")
    assert sorted(session.scalars(select(Milestone.code).where(Milestone.case_id == case.id))) == sorted(made)
    cases.step(session, head, now, case, "withdraw", reason="企业放弃")
    lapsed = session.scalars(select(Milestone.lapsed_on).where(Milestone.case_id == case.id)).all()
    assert set(lapsed) == {date(2021, 6, 30)}
    assert case.next_due_on is None


def test_the_publicity_ends_ten_working_days_later(session, actor, now):
    case = cases.led_to(session, actor(role="section_head"), now, "publicity")
    end = session.scalars(
        select(Milestone).where(Milestone.case_id == case.id, Milestone.code == "publicity-end")
    ).one()
    assert end.due_on == date(2021, 7, 14)
    assert case.next_due_on == date(2021, 7, 14)


@pytest.mark.parametrize(
    ("action", "given", "error", "code"),
    [
        ("certify", {}, Conflict, "case.action.not_here"),
        ("confirm-intent", {"version": 7}, Conflict, "case.stale"),
        ("no-such-step", {}, Invalid, "case.action.unknown"),
        ("withdraw", {"reason": "  "}, Invalid, "case.action.incomplete"),
        ("confirm-intent", {"values": {"colour": "red"}}, Invalid, "case.action.incomplete"),
        ("confirm-intent", {"on": date(2021, 7, 1)}, Invalid, "case.action.day"),
        ("confirm-intent", {"on": date(2021, 6, 29)}, Invalid, "case.action.day"),
    ],
)
def test_refused_steps_name_what_is_wrong(session, actor, now, action, given, error, code):
    who = actor()
    case = cases.opened(session, who, now).row
    with pytest.raises(error) as caught:
        cases.step(session, who, now, case, action, **given) if "version" not in given else _stale(
            session, who, now, case, action
        )
    assert caught.value.code == code


def _stale(session, who, now, case, action):
    from app.cases.schemas import TakeStep
    from app.cases.service.moving import take_step

    take_step(session, actor=who, now=now, number=case.number, command=TakeStep(action=action, version=7))


def test_turning_an_application_down_takes_a_section_head(session, actor, now):
    head = actor(role="section_head")
    case = cases.led_to(session, head, now, "review")
    with pytest.raises(Forbidden):
        cases.step(session, actor(), now, case, "reject", reason="不符合条件")


def test_a_wrong_certificate_number_is_refused_with_its_shape(session, actor, now):
    head = actor(role="section_head")
    case = cases.led_to(session, head, now, "filed")
    with pytest.raises(Invalid) as caught:
        cases.step(
            session, head, now, case, "certify", values={"certificate_number": "GR2021", "issued_on": "2021-02-30"}
        )
    assert set(caught.value.fields) == {"certificate_number", "issued_on"}
    assert "GR" in caught.value.fields["certificate_number"]


def test_the_verdict_is_kept_as_of_the_application_date(session, actor, now, later):
    head = actor(role="section_head")
    case = cases.led_to(session, head, now, "review")
    case = cases.step(session, head, later, case, "recommend")
    kept = session.scalars(
        select(StoredVerdict).where(StoredVerdict.case_id == case.id).order_by(StoredVerdict.id)
    ).all()
    assert [(row.reason, row.on_day) for row in kept] == [
        ("submit", date(2021, 6, 30)),
        ("recommend", date(2021, 6, 30)),
    ]
    assert {row.policy_code for row in kept} == {"high-tech-enterprise"}


def test_the_journal_says_what_was_entered(session, actor, now):
    case = cases.led_to(session, actor(role="section_head"), now, "certified")
    last = events_of(session, case.number)[-1]
    assert last.changes["stage"] == ["filed", "certified"]
    assert last.changes["state"] == ["open", "finished"]
    assert last.data["values"]["certificate_number"] == "GR202142000001"
    assert last.data["markers"] == ["certified"]
