"""Duties: made by entering a stage, due by their rules, done, waived, missed; missed ones are a ground, never a verdict."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.cases.duties.creation import list_duties
from app.cases.duties.domain import (
    Occasion,
    find_template,
    grounds_to_revoke,
    is_missed,
    next_quarters,
    plan_duties,
    plan_reported,
)
from app.cases.duties.models import CaseDuty
from app.cases.duties.revocation import find_certificate, grounds, revoke_certificate
from app.cases.duties.schemas import DateDuty, DoneDuty, FillDuty, ReportEvent, RevokeCertificate, WaiveDuty
from app.cases.duties.service import date_duty, do_duty, draft_duty, report_event, waive_duty
from app.cases.queries import programme_of
from app.demo.supplied import example_answer
from app.files.models import Document, StoredFile
from app.kit.actor import Actor, ActorKind, FirmRole
from app.kit.clock import end_of_day, today
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from tests.cases.test_lifecycle import events_of
from tests.cases.test_needs import programme, text
from tests.factories import cases
from tests.support import people

ON = date(2021, 6, 30)


def duty(**given):
    return {"code": "report", "title": text("年度报表"), "by": "enterprise", "made_at": "end"} | given


def planned(due, on=ON, expires_on=None, settings=None, made_at="end"):
    made = programme(duties=[duty(due=due, made_at=made_at)])
    found = plan_duties(made, made_at, Occasion(on, expires_on, settings or {}))
    return [(one.period, one.opens_on, one.due_on) for one in found]


def test_every_year_from_the_year_after():
    rule = {"rule": "every-year", "month_day": "05-31", "years_later": 1, "times": 3}
    assert planned(rule) == [
        ("2022", date(2022, 1, 1), date(2022, 5, 31)),
        ("2023", date(2023, 1, 1), date(2023, 5, 31)),
        ("2024", date(2024, 1, 1), date(2024, 5, 31)),
    ]


def test_a_day_that_the_bureau_has_to_set():
    rule = {"rule": "every-year", "month_day": None, "years_later": 1, "times": 1}
    assert planned(rule)[0][2] is None
    assert planned(rule, settings={"report": "03-31"})[0][2] == date(2022, 3, 31)
    quarters = {"rule": "every-quarter", "days_after": None}
    assert planned(quarters)[0][2] is None
    assert planned(quarters, settings={"report": "10"})[0][2] == date(2021, 7, 10)


def test_the_last_of_february_is_a_day_in_every_year():
    rule = {"rule": "every-year", "month_day": "02-29", "years_later": 2, "times": 2}
    assert [due for _period, _opens, due in planned(rule)] == [date(2023, 2, 28), date(2024, 2, 29)]


def test_quarters_begin_with_that_of_the_entry_and_go_a_year_ahead():
    found = planned({"rule": "every-quarter", "days_after": 10}, on=date(2021, 11, 15))
    assert found == [
        ("2021Q4", date(2021, 11, 15), date(2022, 1, 10)),
        ("2022Q1", date(2022, 1, 1), date(2022, 4, 10)),
        ("2022Q2", date(2022, 4, 1), date(2022, 7, 10)),
        ("2022Q3", date(2022, 7, 1), date(2022, 10, 10)),
    ]


def test_further_quarters_follow_without_a_gap():
    made = programme(duties=[duty(due={"rule": "every-quarter", "days_after": 10}, made_at="check")])
    template, occasion = find_template(made, "report"), Occasion(ON)
    more = next_quarters(template, occasion, "2022Q1", date(2022, 1, 20))
    assert [one.period for one in more] == ["2022Q2", "2022Q3", "2022Q4"]
    assert next_quarters(template, occasion, "2022Q4", date(2022, 1, 20)) == ()


def test_reminders_before_the_certificate_ends():
    found = planned({"rule": "before-expiry", "months": [3, 12, 6]}, expires_on=date(2024, 6, 29))
    assert found == [
        ("12", date(2023, 6, 29), date(2023, 12, 29)),
        ("6", date(2023, 12, 29), date(2024, 3, 29)),
        ("3", date(2024, 3, 29), date(2024, 6, 29)),
    ]
    assert planned({"rule": "before-expiry", "months": [3]}) == []


def test_what_follows_an_event_comes_when_it_is_reported():
    rule = {"rule": "after-event", "months": 3}
    assert planned(rule) == []
    template = programme(duties=[duty(due=rule)]).duties[0]
    found = plan_reported(template, date(2021, 11, 30), 3)
    assert (found.period, found.due_on) == ("2021-11-30", date(2022, 2, 28))


def test_missed_from_midnight_on():
    due = date(2022, 5, 31)
    in_time = end_of_day(due) - timedelta(seconds=1)
    assert not is_missed(due, None, None, today(in_time))
    assert is_missed(due, None, None, today(end_of_day(due)))
    assert not is_missed(due, ON, None, date(2023, 1, 1)) and not is_missed(due, None, ON, date(2023, 1, 1))


def test_so_many_missed_are_a_ground():
    rule = {"rule": "every-year", "month_day": "05-31", "times": 3}
    made = programme(duties=[duty(due=rule, missed_limit=2), duty(code="other", due=rule)])
    assert grounds_to_revoke(made, ["report", "other", "other"]) == ()
    assert [(template.code, n) for template, n in grounds_to_revoke(made, ["report", "report"])] == [("report", 2)]


# -- on a real case ----------------------------------------------------------------------------------------------------


@pytest.fixture
def certified(session, now):
    """A certification that ended in a certificate on 30 June 2021."""
    return cases.led_to(session, people.officer(session, role="section_head"), now, "certified")


def at(year, month, day):
    return datetime(year, month, day, 2, 0, tzinfo=UTC)


def row_of(session, case, code, period):
    return session.scalars(
        select(CaseDuty).where(CaseDuty.case_id == case.id, CaseDuty.code == code, CaseDuty.period == period)
    ).one()


def on_file(session, case, kind, now):
    by = {"by_kind": "officer", "by_id": 1, "by_name": "李晓（示例）"}
    file = StoredFile(sha256="0" * 64, size=9, kind="pdf", name="年报.pdf", at=now, **by)
    session.add(file)
    session.flush()
    document = Document(
        enterprise_id=case.enterprise_id, kind=kind, title="年报", file_id=file.id, added_at=now, version=1, **by
    )
    session.add(document)
    session.flush()
    return document.id


FIGURES = {
    "total_income": "1200万", "high_tech_income": "8000000", "taxes_paid": "300000", "rd_expense": "600000",
    "staff": "60", "rd_staff": "12", "property_granted": "3",
}  # fmt: skip


def test_after_care_is_made_with_the_certificate(session, certified):
    found = {(row.code, row.period): (row.due_on, row.by) for row in list_duties(session, certified.id)}
    assert found[("annual-report", "2022")] == (date(2022, 5, 31), "enterprise")
    assert found[("renewal-reminder", "12")] == (date(2023, 12, 29), "bureau")
    assert found[("torch-statistics", "2022")] == (None, "enterprise")
    assert not any(code == "change-report" for code, _period in found)


def test_the_firm_drafts_and_does_its_report(session, certified):
    firm = Actor(
        ActorKind.ENTERPRISE, 9, "企业（示例）", enterprise_id=certified.enterprise_id, firm_role=FirmRole.EDITOR
    )
    now = at(2022, 5, 20)
    row = row_of(session, certified, "annual-report", "2022")
    draft = FillDuty(version=row.version, values={"staff": "六十"})
    draft_duty(session, actor=firm, now=now, number=certified.number, duty_id=row.id, command=draft)
    assert row.draft["values"] == {"staff": "六十"} and row.done_on is None
    command = DoneDuty(version=row.version, values={"staff": "六十"})
    with pytest.raises(Invalid) as refused:
        do_duty(session, actor=firm, now=now, number=certified.number, duty_id=row.id, command=command)
    assert {"staff", "rd_expense"} <= set(refused.value.fields)
    command = DoneDuty(version=row.version, values=FIGURES)
    with pytest.raises(Invalid) as refused:
        do_duty(session, actor=firm, now=now, number=certified.number, duty_id=row.id, command=command)
    assert set(refused.value.fields) == {"documents"}
    document = on_file(session, certified, "annual-report", now)
    command = DoneDuty(version=row.version, values=FIGURES, documents=[document])
    do_duty(session, actor=firm, now=now, number=certified.number, duty_id=row.id, command=command)
    assert (row.done_on, row.values["total_income"], row.draft) == (date(2022, 5, 20), "12000000", {})
    told = events_of(session, certified.number)[-1]
    assert told.type == "case.duty_done" and told.data["period"] == "2022"
    with pytest.raises(Conflict):
        do_duty(session, actor=firm, now=now, number=certified.number, duty_id=row.id, command=command.model_copy(
            update={"version": row.version}))  # fmt: skip


def test_a_firm_does_not_do_the_bureaus_duty_nor_another_firms(session, certified):
    row = row_of(session, certified, "renewal-reminder", "12")
    firm = Actor(
        ActorKind.ENTERPRISE, 9, "企业（示例）", enterprise_id=certified.enterprise_id, firm_role=FirmRole.EDITOR
    )
    with pytest.raises(Forbidden):
        do_duty(session, actor=firm, now=at(2023, 7, 1), number=certified.number, duty_id=row.id,
                command=DoneDuty(version=row.version))  # fmt: skip
    stranger = Actor(
        ActorKind.ENTERPRISE, 8, "别家（示例）", enterprise_id=certified.enterprise_id + 1, firm_role=FirmRole.EDITOR
    )
    with pytest.raises(NotFound):
        do_duty(session, actor=stranger, now=at(2023, 7, 1), number=certified.number, duty_id=row.id,
                command=DoneDuty(version=row.version))  # fmt: skip


def test_a_document_of_another_firm_is_refused(session, certified):
    other = cases.opened(session, people.officer(session), at(2022, 1, 4), cases.firm(session)).row
    row = row_of(session, certified, "annual-report", "2022")
    foreign = on_file(session, other, "annual-report", at(2022, 1, 4))
    command = FillDuty(version=row.version, documents=[foreign])
    with pytest.raises(Invalid) as refused:
        draft_duty(session, actor=people.officer(session), now=at(2022, 1, 5), number=certified.number,
                   duty_id=row.id, command=command)  # fmt: skip
    assert "documents" in refused.value.fields


def test_waiving_takes_a_section_head_and_a_reason(session, certified):
    row = row_of(session, certified, "annual-report", "2022")
    command = WaiveDuty(version=row.version, reason="系统停机，省厅统一免报")
    with pytest.raises(Forbidden):
        waive_duty(session, actor=people.officer(session), now=at(2022, 6, 1), number=certified.number,
                   duty_id=row.id, command=command)  # fmt: skip
    head = people.officer(session, role="section_head")
    with pytest.raises(Invalid):
        waive_duty(session, actor=head, now=at(2022, 6, 1), number=certified.number, duty_id=row.id,
                   command=WaiveDuty(version=row.version, reason=" "))  # fmt: skip
    waive_duty(session, actor=head, now=at(2022, 6, 1), number=certified.number, duty_id=row.id, command=command)
    assert row.waived_on == date(2022, 6, 1) and row.waived_by == head.name


def test_the_day_of_a_duty_is_set_and_moved_with_a_reason(session, certified):
    officer = people.officer(session)
    row = row_of(session, certified, "torch-statistics", "2022")

    def put(day, reason=""):
        command = DateDuty(version=row.version, due_on=day, reason=reason)
        date_duty(session, actor=officer, now=at(2022, 1, 5), number=certified.number, duty_id=row.id, command=command)

    put(date(2022, 3, 25))
    with pytest.raises(Invalid) as refused:
        put(date(2022, 4, 25))
    assert "reason" in refused.value.fields
    put(date(2022, 4, 25), "省厅通知延期")
    assert row.due_on == date(2022, 4, 25)


def test_a_change_is_reported_once_for_its_day(session, certified):
    officer = people.officer(session)
    command = ReportEvent(code="change-report", happened_on=date(2022, 3, 1), note="更名")
    row = report_event(session, actor=officer, now=at(2022, 3, 8), number=certified.number, command=command)
    assert row.due_on == date(2022, 6, 1)
    with pytest.raises(Conflict):
        report_event(session, actor=officer, now=at(2022, 3, 8), number=certified.number, command=command)
    late = command.model_copy(update={"happened_on": date(2022, 3, 9)})
    with pytest.raises(Invalid):
        report_event(session, actor=officer, now=at(2022, 3, 8), number=certified.number, command=late)


def test_two_missed_reports_are_a_ground_that_a_section_head_decides_upon(session, certified):
    head = people.officer(session, role="section_head")
    command = RevokeCertificate(
        revoked_on=date(2023, 7, 3), reason="累计两年未填报", document="管理办法 第十九条（三）"
    )

    def revoke(who, now):
        return revoke_certificate(session, actor=who, now=now, number=certified.number, command=command)

    made = programme_of(session, certified)
    assert grounds(session, made, certified, date(2023, 5, 31)) == ()
    with pytest.raises(Conflict) as refused:
        revoke(head, at(2023, 5, 31))
    assert refused.value.code == "duty.no_ground"
    assert [(template.code, n) for template, n in grounds(session, made, certified, date(2023, 6, 1))] == [
        ("annual-report", 2)
    ]
    assert find_certificate(session, certified).revoked_on is None
    with pytest.raises(Forbidden):
        revoke(people.officer(session), at(2023, 7, 3))
    assert revoke(head, at(2023, 7, 3)).revoked_on == date(2023, 7, 3)
    told = events_of(session, certified.number)[-1]
    assert told.type == "case.certificate_revoked" and told.data["document"] == "管理办法 第十九条（三）"
    with pytest.raises(Conflict):
        revoke(head, at(2023, 7, 4))


def cultivated(session, head, now):
    """A firm in its cultivation year, which reports every quarter."""
    case = cases.opened(session, head, now, programme="technical-upgrade-cultivation").row
    for action in ("diagnose", "set-goals", "start-cultivation"):
        fields = programme_of(session, case).find_action(action).needs.fields
        values = {field.code: example_answer(field, today(now), 1) for field in fields}
        case = cases.step(session, head, now, case, action, values=values)
    return case


def test_quarterly_reports_go_on_while_the_case_is_open_and_lapse_with_it(session, now):
    head = people.officer(session, role="section_head")
    case = cultivated(session, head, now)
    first = row_of(session, case, "quarterly-report", "2021Q2")
    date_duty(session, actor=head, now=now, number=case.number, duty_id=first.id,
              command=DateDuty(version=first.version, due_on=date(2021, 7, 10)))  # fmt: skip
    waive = WaiveDuty(version=first.version, reason="本季度刚进入培育")
    waive_duty(session, actor=head, now=at(2021, 10, 8), number=case.number, duty_id=first.id, command=waive)
    periods = [row.period for row in list_duties(session, case.id)]
    assert periods == ["2021Q2", "2021Q3", "2021Q4", "2022Q1", "2022Q2", "2022Q3"]
    missed = row_of(session, case, "quarterly-report", "2021Q3")
    missed.due_on = date(2021, 10, 10)
    cases.step(session, head, at(2021, 11, 1), case, "withdraw", reason="企业放弃")
    lapsed = {row.period for row in list_duties(session, case.id) if row.waived_on == date(2021, 11, 1)}
    assert lapsed == {"2021Q4", "2022Q1", "2022Q2", "2022Q3"}
    assert missed.waived_on is None
