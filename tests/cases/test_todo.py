"""Things to do are read from how things stand: each kind appears with its cause and goes with it; pages and counts are honest."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Executable
from sqlalchemy.orm import Session

from app.accounts.models import Officer as OfficerRow
from app.cases.duties.models import CaseDuty
from app.cases.models import Approval, CaseClock
from app.cases.opinions.models import Opinion
from app.cases.oversight.models import ServiceRating, Supervision
from app.cases.supply.models import CaseAnswer, CaseMaterial, CorrectionItem
from app.cases.todo import port
from app.cases.todo.port import Provider, TodoQuery, page_todos, tally_todos
from app.engagement.models import FirmRequest, Visit
from app.enterprises.models import Certificate
from app.files.models import Document, StoredFile
from app.kit.actor import Actor
from app.kit.paging import Count
from app.policies.models import FactStatement
from app.programmes.queries import load_catalogue
from app.web.shared.todo_words import KINDS
from tests.factories.cases import firm, opened, step

PROVIDERS = [kind.provider for kind in KINDS]

Officer = Callable[..., Actor]
ON = date(2021, 6, 30)
NOW = datetime(2021, 6, 30, 2, 0, tzinfo=UTC)
FIRM_BY: dict[str, Any] = {"by_kind": "enterprise", "by_id": 1, "by_name": "王敏（示例）"}


@pytest.fixture
def world(session: Session, actor: Officer) -> "World":
    return World(session, actor)


class World:
    """One case of a caseworker, and everything that can befall it."""

    def __init__(self, session: Session, actor: Officer) -> None:
        self.session = session
        self.caseworker, self.head = actor(), actor("section_head")
        self.case = opened(session, self.caseworker, NOW).row

    def add(self, row: Any) -> Any:
        self.session.add(row)
        self.session.flush()
        return row

    def asked(self, who: Actor, *, mine: bool = True, programme: str = "") -> TodoQuery:
        officer_id = who.id if mine else None
        return TodoQuery(who, NOW, ON, load_catalogue(self.session), officer_id=officer_id, programme=programme)

    def kinds(self, who: Actor, *, mine: bool = True, programme: str = "") -> set[str]:
        """The kinds of what `who` has to do, as the page and the counts tell alike."""
        asked = self.asked(who, mine=mine, programme=programme)
        found = page_todos(self.session, PROVIDERS, asked, None, 50).items
        counted = {code for code, tally in tally_todos(self.session, PROVIDERS, asked).items() if tally.all.n}
        assert {todo.provider for todo in found} == counted
        return counted

    def stand_in(self, stage: str, entered_on: date = ON - timedelta(days=9)) -> None:
        """Led by hand to a stage that the case has stood in for some days."""
        self.case.stage, self.case.stage_entered_on = stage, entered_on
        self.session.flush()

    def document(self, valid_until: date | None = None) -> Document:
        held: dict[str, Any] = {"sha256": "0" * 64, "size": 9, "kind": "pdf", "name": "a.pdf", "at": NOW, **FIRM_BY}
        file = self.add(StoredFile(**held))
        document = Document(
            enterprise_id=self.case.enterprise_id, kind="business-licence", title="营业执照", file_id=file.id,
            valid_until=valid_until, added_at=NOW, **FIRM_BY,
        )  # fmt: skip
        found: Document = self.add(document)
        return found

    def material(self, document: Document, state: str = "supplied") -> CaseMaterial:
        row = CaseMaterial(
            case_id=self.case.id, material="licence", document_id=document.id, state=state, at=NOW, **FIRM_BY
        )
        found: CaseMaterial = self.add(row)
        return found

    def correction(self, **given: Any) -> CorrectionItem:
        row = CorrectionItem(
            case_id=self.case.id, round=1, kind="other", remark="重新盖章", asked_by="李（示例）", asked_at=NOW, **given
        )
        found: CorrectionItem = self.add(row)
        return found

    def opinion(self, **given: Any) -> Opinion:
        row = Opinion(
            case_id=self.case.id,
            department="tax",
            question="有无欠税？",
            asked_by_name="李（示例）",
            asked_at=NOW,
            **given,
        )
        found: Opinion = self.add(row)
        return found


def test_the_bureaus_turn_is_a_step_until_something_goes_before_it(world: World) -> None:
    assert world.kinds(world.caseworker) == {"step"}
    material = world.material(world.document())
    assert world.kinds(world.caseworker) == {"materials"}
    material.state = "accepted"
    item = world.correction(answered_at=NOW, answered_by="王敏（示例）")
    assert world.kinds(world.caseworker) == {"correction_answered"}
    item.settled_on = ON
    clock = world.add(CaseClock(case_id=world.case.id, code="review", started_on=ON, due_on=ON + timedelta(days=3)))
    assert world.kinds(world.caseworker) == {"clock"}
    clock.ended_on = ON
    world.session.flush()
    assert world.kinds(world.caseworker) == {"step"}
    world.stand_in("preparation")
    assert world.kinds(world.caseworker) == set()


def test_answers_count_once_they_come_after_the_case_reached_the_bureau(world: World) -> None:
    held = {"case_id": world.case.id, "question": "q", "value": "1", **FIRM_BY}
    answer = world.add(CaseAnswer(**held, draft=True, at=NOW + timedelta(hours=1)))
    assert world.kinds(world.caseworker) == {"step"}
    answer.draft = False
    world.session.flush()
    assert world.kinds(world.caseworker) == {"answers"}
    step(world.session, world.caseworker, NOW + timedelta(hours=2), world.case, "confirm-intent")
    assert "answers" not in world.kinds(world.caseworker)


def test_an_approval_waits_for_each_of_those_who_may_give_it(world: World) -> None:
    world.stand_in("review")
    assert world.kinds(world.caseworker) == {"step"}
    assert world.kinds(world.head) == {"approval"}
    given = {"officer_id": world.head.id, "officer_name": world.head.name, "role": "section_head", "at": NOW}
    approval = world.add(Approval(case_id=world.case.id, action="recommend", **given))
    assert world.kinds(world.head) == set()
    approval.lapsed_at = NOW
    world.session.flush()
    assert world.kinds(world.head) == {"approval"}


def test_departments_answer_or_are_late_and_are_reminded_once_a_day(world: World) -> None:
    world.stand_in("preparation")
    opinion = world.opinion(due_on=ON)
    assert world.kinds(world.caseworker) == set()
    opinion.due_on = ON - timedelta(days=1)
    world.session.flush()
    assert world.kinds(world.caseworker) == {"opinion_late"}
    opinion.reminded_at, opinion.reminders = NOW, 1
    world.session.flush()
    assert world.kinds(world.caseworker) == set()
    opinion.outcome, opinion.answered_at = "agree", NOW + timedelta(minutes=1)
    world.session.flush()
    assert world.kinds(world.caseworker) == {"opinion_answered"}
    opinion.withdrawn_at = NOW
    world.session.flush()
    assert world.kinds(world.caseworker) == set()


def test_a_firm_late_with_corrections_is_one_thing_a_case(world: World) -> None:
    world.stand_in("preparation")
    items = [world.correction(due_on=ON - timedelta(days=1)) for _index in range(3)]
    (found,) = page_todos(world.session, PROVIDERS, world.asked(world.caseworker), None, 50).items
    assert (found.provider, found.due) == ("correction_late", ON - timedelta(days=1))
    for item in items:
        item.answered_at = NOW
    world.session.flush()
    assert world.kinds(world.caseworker) == {"correction_answered"}


def test_days_of_others_are_near_within_a_week(world: World) -> None:
    world.stand_in("preparation")
    for days, kinds in ((8, set()), (7, {"milestone"}), (-3, {"milestone"})):
        world.case.next_due_on = ON + timedelta(days=days)
        world.session.flush()
        assert world.kinds(world.caseworker) == kinds


def duty(world: World, **given: Any) -> CaseDuty:
    values = {"code": "annual-report", "period": "2021", "by": "enterprise", "opens_on": date(2021, 1, 1), **given}
    row = CaseDuty(case_id=world.case.id, title_zh="年度报表", title_en="Annual report", **values)
    found: CaseDuty = world.add(row)
    return found


def test_duties_of_finished_cases_are_due_missed_reported_and_then_gone(world: World) -> None:
    world.stand_in("certified")
    world.case.state, world.case.closed_on = "finished", ON
    row = duty(world, due_on=ON + timedelta(days=8))
    assert world.kinds(world.caseworker) == set()
    row.due_on = ON - timedelta(days=30)
    world.session.flush()
    assert world.kinds(world.caseworker) == {"firms_duty"}
    row.done_on, row.done_at = ON, NOW
    world.session.flush()
    assert world.kinds(world.caseworker) == {"duty_reported"}
    row.done_at = NOW - timedelta(days=8)
    world.session.flush()
    assert world.kinds(world.caseworker) == set()
    reminder = duty(
        world, code="renewal-reminder", period="12", by="bureau", opens_on=ON, due_on=ON + timedelta(days=180)
    )
    assert world.kinds(world.caseworker) == {"own_duty"}
    reminder.waived_on = ON
    world.session.flush()
    assert world.kinds(world.caseworker) == set()


def test_certificates_of_a_list_are_told_at_twelve_six_and_three_months(world: World) -> None:
    world.stand_in("preparation")
    other = firm(world.session)
    held = {"kind": "high-tech-enterprise", "number": "GR201942000001", "issued_on": date(2018, 11, 30)}
    certificate = world.add(Certificate(enterprise_id=other.id, expires_on=date(2022, 7, 1), **held))
    for expires_on, shown in (
        (date(2022, 7, 1), False), (date(2022, 6, 30), True), (date(2022, 5, 30), True), (date(2022, 5, 29), False),
        (date(2021, 12, 30), True), (date(2021, 11, 29), False), (date(2021, 6, 30), True), (date(2021, 6, 29), False),
        (date(2021, 9, 30), True),
    ):  # fmt: skip
        certificate.expires_on = expires_on
        world.session.flush()
        assert world.kinds(world.head, mine=False) == ({"certificate"} if shown else set()), expires_on
    assert world.kinds(world.caseworker) == set()
    opened(world.session, world.caseworker, NOW, other)
    assert "certificate" not in world.kinds(world.head, mine=False)


def test_documents_in_use_are_told_before_they_end(world: World) -> None:
    world.stand_in("preparation")
    document = world.document(ON + timedelta(days=30))
    assert world.kinds(world.caseworker) == set()
    world.material(document, "accepted")
    assert world.kinds(world.caseworker) == {"document"}
    document.valid_until = ON + timedelta(days=31)
    world.session.flush()
    assert world.kinds(world.caseworker) == set()


def test_calls_promised_and_firms_that_do_not_answer(world: World) -> None:
    world.stand_in("preparation")
    visit = world.add(
        Visit(
            enterprise_id=world.case.enterprise_id, officer_id=world.caseworker.id, officer_name="李（示例）",
            manner="call", happened_on=ON, text="下周三再问审计报告", call_back_on=ON + timedelta(days=3), created_at=NOW,
        )
    )  # fmt: skip
    assert world.kinds(world.caseworker) == set()
    visit.call_back_on = ON + timedelta(days=2)
    world.session.flush()
    assert world.kinds(world.caseworker) == {"call_back"}
    assert world.kinds(world.caseworker, programme="technology-sme") == set()
    visit.called_back_on = ON
    request = world.add(
        FirmRequest(
            enterprise_id=world.case.enterprise_id, department="science", kind="other", what="", title="补交合同",
            asked_by=world.caseworker.id, asked_by_name="李（示例）", asked_on=ON, asked_at=NOW, due_on=ON,
        )
    )  # fmt: skip
    assert world.kinds(world.caseworker) == set()
    request.due_on = ON - timedelta(days=1)
    world.session.flush()
    assert world.kinds(world.caseworker) == {"silent_firm"}
    request.settled_on = ON
    world.session.flush()
    assert world.kinds(world.caseworker) == set()


def test_figures_after_a_self_check_stay_for_a_week(world: World) -> None:
    world.stand_in("preparation")
    told = FactStatement(
        enterprise_id=world.case.enterprise_id, fact_code="ip_class1", value=2, stated_on=ON, source="自查",
        actor_kind="enterprise", actor_id=1, actor_name="王敏（示例）", created_at=NOW - timedelta(days=6),
    )  # fmt: skip
    row = world.add(told)
    assert world.kinds(world.caseworker) == {"self_check"}
    row.created_at = NOW - timedelta(days=8)
    world.session.flush()
    assert world.kinds(world.caseworker) == set()


def test_supervision_waits_for_the_officer_then_for_whoever_asked(world: World) -> None:
    world.stand_in("preparation")
    row = world.add(
        Supervision(
            case_id=world.case.id, officer_id=world.caseworker.id, request="尽快", asked_by=world.head.id,
            asked_by_name=world.head.name, asked_at=NOW, due_on=ON,
        )
    )  # fmt: skip
    assert (world.kinds(world.caseworker), world.kinds(world.head)) == ({"supervision"}, set())
    row.answered_at = NOW
    world.session.flush()
    assert (world.kinds(world.caseworker), world.kinds(world.head)) == (set(), {"supervision_answered"})
    row.closed_at = NOW
    world.session.flush()
    assert (world.kinds(world.caseworker), world.kinds(world.head)) == (set(), set())


def test_bad_ratings_and_cases_that_nobody_can_lead(world: World) -> None:
    world.stand_in("preparation")
    rating = world.add(ServiceRating(case_id=world.case.id, grade=2, by_name="王敏（示例）", at=NOW))
    assert world.kinds(world.caseworker) == {"bad_rating"}
    rating.measured_at = NOW
    world.session.get_one(OfficerRow, world.caseworker.id).disabled_on = ON
    world.session.flush()
    assert world.kinds(world.head) == {"left_behind"}
    world.case.officer_id = None
    world.session.flush()
    assert world.kinds(world.head) == {"unled"}
    assert world.kinds(world.caseworker, mine=False) == set()


# -- pages, counts, cost ---------------------------------------------------------------------------------------------------


def scattered(world: World, n: int) -> None:
    """Cases of the bureau's turn and milestones of others, due and overdue, some without a day."""
    for index in range(n):
        case = opened(world.session, world.caseworker, NOW).row
        case.next_due_on = None if index % 5 == 0 else ON + timedelta(days=index % 13 - 6)
        if index % 3 == 0:
            case.stage = "preparation"
    world.session.flush()


def test_pages_follow_one_another_both_ways_without_gap_or_double(world: World) -> None:
    scattered(world, 40)
    asked = world.asked(world.head, mine=False)
    whole = page_todos(world.session, PROVIDERS, asked, None, 200).items
    dues = [todo.due or date.max for todo in whole]
    assert len(whole) > 30 and dues == sorted(dues)
    assert sum(tally.all.n for tally in tally_todos(world.session, PROVIDERS, asked).values()) == len(whole)
    pages, cursor = [], None
    while True:
        found = page_todos(world.session, PROVIDERS, asked, cursor, 7)
        pages.append(found)
        if found.next is None:
            break
        cursor = found.next
    assert [todo for found in pages for todo in found.items] == whole
    back = pages[-1]
    for expected in reversed(pages[:-1]):
        assert back.previous is not None
        back = page_todos(world.session, PROVIDERS, asked, back.previous, 7)
        assert back.items == expected.items


def test_only_what_is_overdue_is_as_many_as_the_count_says(world: World) -> None:
    scattered(world, 26)
    asked = world.asked(world.head, mine=False)
    overdue = page_todos(world.session, PROVIDERS, replace(asked, overdue=True), None, 200).items
    assert overdue and all(todo.due is not None and todo.due < ON for todo in overdue)
    tallies = tally_todos(world.session, PROVIDERS, asked)
    assert sum(tally.overdue.n for tally in tallies.values()) == len(overdue)


def test_where_there_are_too_many_to_count_what_is_overdue_is_counted_apart(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    scattered(world, 26)
    asked = world.asked(world.head, mine=False)
    exactly = tally_todos(world.session, PROVIDERS, asked)
    bound = max(tally.overdue.n for tally in exactly.values())
    assert any(tally.overdue.n and tally.all.n > bound for tally in exactly.values())
    monkeypatch.setattr(port, "BOUND", bound)
    for code, tally in tally_todos(world.session, PROVIDERS, asked).items():
        assert tally.overdue == exactly[code].overdue
        assert tally.all == Count(min(exactly[code].all.n, bound), more=exactly[code].all.n > bound)


def test_a_page_looks_only_for_kinds_of_which_something_waits(
    world: World, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    scattered(world, 26)
    asked = world.asked(world.head, mine=False)
    waiting = {code for code, tally in tally_todos(world.session, PROVIDERS, asked).items() if tally.all.n}
    cursor = None
    for _page in range(3):
        with count_queries() as sent:
            found = page_todos(world.session, PROVIDERS, asked, cursor, 7, waiting)
        assert found == page_todos(world.session, PROVIDERS, asked, cursor, 7)
        assert "service_rating" not in sent[0]
        cursor = found.next


def test_nothing_of_another_region_or_programme_is_told(world: World, actor: Officer) -> None:
    scattered(world, 6)
    assert world.kinds(actor("section_head", "429004"), mine=False) == set()
    assert world.kinds(world.head, mine=False, programme="technology-sme") == set()
    assert world.kinds(world.head, mine=False, programme="high-tech-enterprise")


def test_one_statement_a_page_and_one_for_all_counts(
    world: World, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    for more in (10, 40):
        scattered(world, more)
        asked = world.asked(world.head, mine=False)
        with count_queries() as page:
            page_todos(world.session, PROVIDERS, asked, None, 50)
        with count_queries() as tally:
            tally_todos(world.session, PROVIDERS, asked)
        assert (len(page), len(tally)) == (1, 1)


INDEXES = {
    "step": "ix_case_file_due",
    "clock": "ix_case_clock_due",
    "materials": "ix_case_material_unchecked",
    "correction_answered": "ix_case_correction_open",
    "opinion_late": "ix_case_opinion_awaited",
    "duty_reported": "ix_case_duty_done",
    "own_duty": "ix_case_duty_open",
    "call_back": "ix_visit_call_back",
    "silent_firm": "ix_firm_request_open",
    "self_check": "ix_fact_statement_told",
    "certificate": "ix_certificate_by_validity",
    "document": "ix_document_validity",
    "bad_rating": "ix_service_rating",
    "supervision": "ix_case_supervision",
}


@pytest.mark.parametrize("code", sorted(INDEXES))
def test_each_kind_is_found_by_an_index(
    world: World, code: str, dialect: str, explain: Callable[[Session, Executable], str]
) -> None:
    provider: Provider = next(one for one in PROVIDERS if one.code == code)
    source = provider.find(world.asked(world.head, mine=False))
    assert source is not None
    rows = source.rows.order_by(source.due, source.key) if source.due is not None else source.rows.order_by(source.key)
    plan = explain(world.session, rows.limit(51))
    # with a handful of rows PostgreSQL may come by any index; it must not read a table from end to end
    assert INDEXES[code] in plan or (dialect == "postgresql" and "Seq Scan" not in plan), plan
