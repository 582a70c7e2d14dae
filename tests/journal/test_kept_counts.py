"""Counts that are kept are those that are counted anew, whatever is changed by whichever use case, on both databases."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.cases.board import columns_visible_to
from app.cases.domain.steps import available
from app.cases.lists import CASES, CaseFilter, FirmFilter
from app.cases.loads import count_open_visible_to, list_late_stages_visible_to, list_loads_visible_to
from app.cases.models import CaseFile
from app.cases.queries import list_entries, programme_of
from app.cases.schemas import AssignOfficer, TakeBackStep
from app.cases.selection import firms_visible_to
from app.cases.service.assigning import assign_officer
from app.cases.service.undoing import take_back_step
from app.cases.supply.queries import list_answers
from app.cases.supply.schemas import HandIn, SaveDraft
from app.cases.supply.service import answers
from app.cases.todo.port import TodoQuery, tally_todos
from app.enterprises.models import Certificate, Enterprise
from app.enterprises.queries import count_gone_visible_to
from app.enterprises.schemas import CertificateInput, ReasonInput, TagInput
from app.enterprises.service import records, retiring
from app.enterprises.service.editing import change_fields
from app.enterprises.service.parts import PartChange, fingerprint, remove_part
from app.incentives.models import Incentive
from app.incentives.queries.entitlements import (
    EntitlementScope,
    count_by_day,
    count_entitlements,
    list_entitlements,
    page_entitlements,
)
from app.incentives.queries.schemes import list_families
from app.incentives.schemas import StepInput
from app.incentives.service import steps
from app.journal import tallies
from app.journal.domain import SubjectKey
from app.journal.models import JournalEvent, JournalHead
from app.journal.service import record
from app.journal.tallies import FirmTallies
from app.kit.actor import SYSTEM, Actor, Role
from app.kit.clock import today
from app.kit.db import Database, composition_of, kept_beside, read_scope, session_scope
from app.kit.errors import DomainError
from app.kit.lists.viewer import Viewer
from app.notices.maker import Ways
from app.notices.messages import reach_of_message
from app.programmes.queries import load_catalogue
from app.targets import counts as targets
from app.targets.domain import Applications, Certificates, Counted, Period, Subjects
from app.web.shared.todo_lines import TODO_KINDS
from tests.counts import Counts
from tests.factories import cases as case_files
from tests.support import people
from tests.support.statements import recorded_statements

HTE = "high-tech-enterprise"
QUESTION = "tax_collection"
COUNTED: tuple[Counted, ...] = (
    Certificates(what="certificates", certificate=HTE),
    Subjects(what="subjects", certificate=HTE, tag="high_tech_subject"),
    Applications(what="applications", programme=HTE),
)
REGIONS = ("429005001", "429005102", "429006")


def entitled(session: Session, scope: EntitlementScope) -> list[tuple[str, ...]]:
    """Every entitlement of the area, page by page, as the list shows them."""
    families, cursor = list_families(session, scope.region_prefix), None
    found: list[tuple[str, ...]] = []
    while True:
        page = page_entitlements(session, families, scope, cursor, 3)
        found += [(item.trigger_key, item.family.code, item.enterprise.uscc) for item in page.items]
        cursor = page.next
        if cursor is None:
            return found


def numbers(session: Session, on: date) -> dict[str, Any]:
    """Every number that is kept, of the area and of all."""
    period, found = Period.of(on.year, on), dict[str, Any]()
    for prefix in ("", "429005001"):
        found[f"gone {prefix}"] = count_gone_visible_to(session, SYSTEM, prefix)
        for counted in COUNTED:
            found[f"{counted.what} {prefix}"] = targets.count(session, counted, period, prefix)
        found[f"expiring {prefix}"] = targets.count_expiring(
            session, Certificates(**COUNTED[0].model_dump()), period, prefix
        )
        found[f"pending {prefix}"] = targets.count_pending(
            session, Applications(**COUNTED[2].model_dump()), period, prefix
        )
        families = list_families(session, prefix)
        found[f"entitled {prefix}"] = count_entitlements(session, families, EntitlementScope(prefix)).n
        found[f"by day {prefix}"] = count_by_day(session, families, EntitlementScope(prefix))
    return found


def work(session: Session, now: datetime, officers: Sequence[Actor]) -> dict[str, Any]:
    """What lies with whom, and what waits for each officer, of the own cases and of the office's."""
    found, providers = dict[str, Any](), [kind.provider for kind in composition_of(session).of(TODO_KINDS)]
    for who in officers:
        found[f"loads {who.id}"] = list_loads_visible_to(session, who, today(now))
        found[f"late {who.id}"] = list_late_stages_visible_to(session, who, today(now))
        found[f"open {who.id}"] = count_open_visible_to(session, who, today(now))
        viewer = Viewer(session, who, today(now))
        for wanted in (
            CaseFilter(),
            CaseFilter(officer=who.id),
            CaseFilter(programme=HTE, state="open"),
            CaseFilter(overdue=True),
        ):
            found[f"cases {who.id} {wanted}"] = CASES.count(viewer, wanted)
        columns = columns_visible_to(viewer, CaseFilter(programme=HTE), ("pool", "preparation", "review"), 2)
        found[f"board {who.id}"] = [(one.count, [card.number for card in one.cards]) for one in columns.values()]
        firms = firms_visible_to(viewer, FirmFilter())
        reach = reach_of_message(
            session, actor=replace(who, role=Role.SECTION_HEAD), firms=firms, ways=Ways(), kept=("message", who.id)
        )
        found[f"message {who.id}"] = (
            reach.firms,
            reach.people,
            reach.without,
            [firm.id for firm in reach.first_without],
        )
        for officer_id in (who.id, None):
            asked = TodoQuery(who, now, today(now), load_catalogue(session), officer_id=officer_id)
            found[f"todos {who.id} {officer_id}"] = tally_todos(session, providers, asked)
    return found


def shown(session: Session, on: date) -> dict[str, Any]:
    """The numbers, and the rows that are looked for by them."""
    found = numbers(session, on)
    for prefix in ("", "429005001"):
        found[f"entitlements {prefix}"] = tuple(entitled(session, EntitlementScope(prefix)))
        assert len(found[f"entitlements {prefix}"]) == found[f"entitled {prefix}"]
    return found


class Office:
    """An office in which anything happens that its use cases allow."""

    def __init__(self, session: Session, seed: int, now: datetime, firms: int = 6) -> None:
        self.session, self.now, self.chance, self._serial = session, now, random.Random(seed), count(1)
        self.head = people.officer(session, role="administrator", region="")
        self.officers = [self.head, people.officer(session)]
        for number in range(firms):
            case_files.firm(session, region=REGIONS[number % len(REGIONS)])

    def step(self) -> None:
        """One change; what the use case refuses is none."""
        firms = list(self.session.scalars(select(Enterprise).order_by(Enterprise.id)))
        firm = self.chance.choice(firms)
        often = (self.certify, self.tag, self.lead, self.open, self.recommend, self.assign, self.answer)
        change = self.chance.choice(
            (
                *often,
                *often,
                self.move,
                self.revoke,
                self.remove,
                self.take_back,
                self.undo,
                self.retire,
                self.leave,
                self.visit,
            )
        )
        try:
            with self.session.begin_nested():
                (change if firm.disabled_on is None else self.chance.choice((self.retire, self.move)))(firm)
        except DomainError:
            pass

    def move(self, firm: Enterprise) -> None:
        region = self.chance.choice(REGIONS)
        change_fields(self.session, actor=SYSTEM, enterprise=firm, values={"region_code": region}, now=self.now)

    def retire(self, firm: Enterprise) -> None:
        if firm.disabled_on is None:
            given = ReasonInput(reason="试")
            retiring.retire(self.session, actor=self.head, enterprise=firm, given=given, now=self.now)
        else:
            retiring.restore(self.session, actor=self.head, enterprise=firm, now=self.now)

    def leave(self, firm: Enterprise) -> None:
        status = self.chance.choice(("", "in_business", "struck_off", "moved_away"))
        day = self.chance.choice((None, today(self.now) + timedelta(days=self.chance.choice((-1, 0, 1)))))
        values = {"business_status": status, "business_status_on": day if status else None}
        change_fields(self.session, actor=SYSTEM, enterprise=firm, values=values, now=self.now)

    def certify(self, firm: Enterprise) -> None:
        issued = today(self.now) - timedelta(days=self.chance.choice((-1, 0, 1, 400, 1000)))
        expires = issued + timedelta(days=self.chance.choice((0, 1, 500, 1095)))
        values = {"kind": HTE, "number": f"GR{next(self._serial)}", "issued_on": issued, "expires_on": expires}
        records.put_certificate(self._desk(firm), CertificateInput.model_validate(values))

    def revoke(self, firm: Enterprise) -> None:
        if (row := self._certificate(firm)) is not None:
            seen = fingerprint(records.CERTIFICATE.values_of(row))
            values = {name: getattr(row, name) for name in ("kind", "number", "issued_on", "expires_on")}
            given = CertificateInput.model_validate(values | {"revoked_on": today(self.now), "seen": seen})
            records.put_certificate(self._desk(firm), given, row)

    def remove(self, firm: Enterprise) -> None:
        if (row := self._certificate(firm)) is not None:
            remove_part(self._desk(firm), records.CERTIFICATE, row)

    def tag(self, firm: Enterprise) -> None:
        tags = self.chance.choice(([], [TagInput(tag="high_tech_subject")]))
        records.put_tags(self._desk(firm), tags)

    def open(self, firm: Enterprise) -> None:
        case_files.opened(self.session, self.head, self.now, enterprise=firm)

    def lead(self, firm: Enterprise) -> None:
        case = self._case(firm)
        if case is not None and (steps := available(programme_of(self.session, case), case, self.head)):
            action = self.chance.choice(steps)
            values = dict(next((given for code, given in case_files.CERTIFICATION if code == action.code), {}))
            if "certificate_number" in values:
                values |= {"certificate_number": f"GR{next(self._serial)}", "issued_on": str(today(self.now))}
            reason = "试" if action.needs.reason else ""
            case_files.step(self.session, self.head, self.now, case, action.code, values=values, reason=reason)

    def take_back(self, firm: Enterprise) -> None:
        if (case := self._case(firm)) is not None and len(list_entries(self.session, case.id)) > 1:
            command = TakeBackStep(version=case.version, reason="点错了")
            take_back_step(self.session, actor=self.head, now=self.now, number=case.number, command=command)

    def assign(self, firm: Enterprise) -> None:
        case, officer = self._case(firm), self.chance.choice(self.officers)
        if case is not None and officer.id != case.officer_id:
            command = AssignOfficer(officer_id=officer.id, version=case.version)
            assign_officer(self.session, actor=self.head, now=self.now, number=case.number, command=command)

    def answer(self, firm: Enterprise) -> None:
        if (case := self._case(firm)) is not None:
            known = list_answers(self.session, case.id).get(QUESTION)
            was = {QUESTION: known.value if known else ""}
            values = {QUESTION: self.chance.choice(("查账征收", "核定征收"))}
            person = people.enterprise_user(self.session, enterprise_id=firm.id, role="editor")
            given: dict[str, Any] = {"actor": person, "now": self.now, "number": case.number}
            if self.chance.random() < 0.5:
                answers.hand_in_answers(self.session, command=HandIn(values=values, was=was), **given)
            else:
                answers.save_draft(self.session, command=SaveDraft(values=values, was=was), **given)

    def recommend(self, firm: Enterprise) -> None:
        families = list_families(self.session, "")
        found = list_entitlements(self.session, families, EntitlementScope(enterprise_id=firm.id))
        if found:
            item, given = self.chance.choice(found), StepInput(happened_on=today(self.now))
            values: dict[str, Any] = {"scheme_code": item.family.code, "trigger_key": item.trigger_key, "given": given}
            steps.recommend(self.session, actor=self.head, enterprise=firm, now=self.now, **values)

    def undo(self, firm: Enterprise) -> None:
        row = self.session.scalars(select(Incentive).where(Incentive.enterprise_id == firm.id).limit(1)).first()
        if row is not None:
            steps.undo_last(self.session, actor=self.head, incentive=row, reason="试", now=self.now)

    def visit(self, _firm: Enterprise) -> None:
        subject = SubjectKey("officer", str(self.head.id), "head")
        record(self.session, actor=self.head, now=self.now, type="session.opened", subject=subject)

    def _desk(self, firm: Enterprise) -> PartChange:
        return PartChange(self.session, self.head, firm, self.now)

    def _certificate(self, firm: Enterprise) -> Certificate | None:
        return self.session.scalars(select(Certificate).where(Certificate.enterprise_id == firm.id).limit(1)).first()

    def _case(self, firm: Enterprise) -> CaseFile | None:
        of_firm = select(CaseFile).where(CaseFile.enterprise_id == firm.id)
        return self.session.scalars(of_firm.order_by(CaseFile.id.desc()).limit(1)).first()


def test_what_is_kept_is_what_is_counted_anew(database: Database, counts: Counts, now: datetime) -> None:
    with session_scope(database) as session:
        office = Office(session, counts.feed_steps, now)
    reached: set[str] = set()
    for number in range(counts.counted_changes):
        office.now = now + timedelta(days=number // 4)
        with session_scope(database) as session:
            office.session = session
            for _change in range(office.chance.choice((1, 3, 9))):
                office.step()
        on = today(office.now)
        with session_scope(database) as session:
            anew = shown(session, on) | work(session, office.now, office.officers)
        with read_scope(database) as session:
            assert shown(session, on) | work(session, office.now, office.officers) == anew, number
        reached.add(repr(anew))
    assert len(reached) > counts.counted_changes // 2, "hardly a number changed"


# -- what it costs, and what it must not take for the same --------------------------------------------------------------------


def asked(database: Database, on: date) -> list[str]:
    """The statements that reading every number sends."""
    with recorded_statements() as statements, read_scope(database) as session:
        numbers(session, on)
    return [one.text for one in statements]


@pytest.fixture
def office(database: Database, now: datetime) -> Office:
    """An office with a firm that holds a certificate."""
    with session_scope(database) as session:
        office = Office(session, 1, now, firms=1)
        firm = session.scalars(select(Enterprise)).one()
        values = {"kind": HTE, "number": "GR1", "issued_on": date(2021, 1, 1), "expires_on": date(2024, 1, 1)}
        records.put_certificate(PartChange(session, office.head, firm, now), CertificateInput.model_validate(values))
    return office


@contextmanager
def change(database: Database, office: Office) -> Iterator[Enterprise]:
    """A change of the office's one firm."""
    with session_scope(database) as session:
        office.session = session
        yield session.scalars(select(Enterprise)).one()


def test_nothing_is_counted_again_while_nothing_happens(database: Database, office: Office, now: datetime) -> None:
    on = today(now)
    asked(database, on)
    assert not [one for one in asked(database, on) if "enterprise" in one]
    with change(database, office) as firm:
        office.visit(firm)
    assert not [one for one in asked(database, on) if "certificate" in one]


def test_of_a_change_only_its_firm_is_counted_again(database: Database, office: Office, now: datetime) -> None:
    on = today(now)
    asked(database, on)
    with change(database, office) as firm:
        office.retire(firm)
    again = [one for one in asked(database, on) if "certificate" in one]
    assert again and all("json_each" in one or "ANY" in one for one in again)


def test_a_change_that_names_no_firm_has_all_counted_again(database: Database, office: Office, now: datetime) -> None:
    on = today(now)
    asked(database, on)
    with change(database, office) as firm:
        firm.disabled_on = on
        subject = SubjectKey("something", "1", "new")
        record(office.session, actor=SYSTEM, now=now, type="something.happened", subject=subject)
    with read_scope(database) as reading, session_scope(database) as session:
        assert numbers(reading, on) == numbers(session, on)


def test_another_history_at_the_same_position_is_not_taken_for_the_first(
    database: Database, office: Office, now: datetime
) -> None:
    """A database that lost its last commits, as a replica may that takes over."""
    on = today(now)
    with change(database, office) as firm:
        office.visit(firm)
    asked(database, on)
    with session_scope(database) as session:
        last = session.scalars(select(JournalEvent).order_by(JournalEvent.position.desc()).limit(1)).one()
        position, before = last.position - 1, last.previous_hash
        session.execute(delete(JournalEvent).where(JournalEvent.position == last.position))
        session.execute(update(JournalHead).values(position=position, hash=before))
    with change(database, office) as firm:
        office.retire(firm)
    with read_scope(database) as reading, session_scope(database) as session:
        assert numbers(reading, on) == numbers(session, on)


def test_a_draft_over_an_answer_makes_it_the_firms_turn(database: Database, now: datetime) -> None:
    with session_scope(database) as session:
        who = people.officer(session)
        case = case_files.opened(session, who, now, enterprise=case_files.firm(session)).row
        person = people.enterprise_user(session, enterprise_id=case.enterprise_id, role="editor")
        given: dict[str, Any] = {"actor": person, "now": now + timedelta(hours=1), "number": case.number}
        command = HandIn(values={QUESTION: "查账征收"}, was={QUESTION: ""})
        answers.hand_in_answers(session, command=command, **given)
    with read_scope(database) as reading:
        before = work(reading, now, [who])
    with session_scope(database) as session:
        draft = SaveDraft(values={QUESTION: "核定征收"}, was={QUESTION: "查账征收"})
        answers.save_draft(session, command=draft, **given)
    with read_scope(database) as reading, session_scope(database) as session:
        assert work(reading, now, [who]) == work(session, now, [who]) != before


def test_a_page_that_began_before_a_change_counts_nothing_again(
    database: Database, office: Office, now: datetime
) -> None:
    on = today(now)
    with read_scope(database) as began:
        before = numbers(began, on)
        with change(database, office) as firm:
            office.retire(firm)
        with read_scope(database) as reading:
            after = numbers(reading, on)
        with recorded_statements() as sent:
            assert numbers(began, on) == before != after
        assert not [one for one in sent if "certificate" in one.text]


def test_so_much_is_kept_and_the_least_used_goes_first(
    database: Database, office: Office, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    on = today(now)
    with read_scope(database) as reading:
        numbers(reading, on)
        kept = kept_beside(reading, FirmTallies)
        assert kept is not None
        room = kept.nbytes
        monkeypatch.setattr(tallies, "MOST_BYTES", room)
        numbers(reading, on + timedelta(days=1))
        assert kept.nbytes <= room
    assert not [one for one in asked(database, on + timedelta(days=1)) if "certificate" in one]


def test_a_session_that_writes_counts_what_it_has_written(database: Database, office: Office, now: datetime) -> None:
    on = today(now)
    asked(database, on)
    with change(database, office) as firm:
        before = numbers(office.session, on)
        office.retire(firm)
        office.session.flush()
        assert numbers(office.session, on) != before
