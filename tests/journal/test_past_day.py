"""Lists of a past day are exactly what they were on that day, whatever changed since, on both databases."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from app.accounts.models import Officer
from app.cases.domain.steps import available
from app.cases.lists import CASES, CaseFilter
from app.cases.models import CaseFile
from app.cases.queries import programme_of
from app.cases.schemas import AssignOfficer, TakeBackStep
from app.cases.service.assigning import assign_officer
from app.cases.service.undoing import take_back_step
from app.commissioners.models import Commissioner
from app.commissioners.schemas import CommissionerInput
from app.commissioners.service import people as experts
from app.enterprises.models import Enterprise
from app.enterprises.service.editing import change_fields
from app.journal.past_day import past_scope
from app.kit.actor import SYSTEM, Actor
from app.kit.db import Database, read_scope, session_scope
from app.kit.lists.viewer import Viewer
from tests.factories import cases as case_files
from tests.support import people

FIRST = date(2021, 7, 1)
DAYS = 6


def morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 2, 0, tzinfo=UTC)


def shown(session: Session) -> dict[str, Any]:
    """What lists show of every row, by its key."""
    cases = {
        case.number: (case.stage, case.state, case.officer_id, case.round, case.submitted_on, case.stage_entered_on)
        for case in session.scalars(select(CaseFile))
    }
    firms = {
        firm.id: (firm.name, firm.region_code, firm.scale, firm.above_scale, firm.capital_fen, firm.registered_on)
        for firm in session.scalars(select(Enterprise))
    }
    named = {row.id: (row.name, row.unit, row.title) for row in session.scalars(select(Commissioner))}
    return {"cases": cases, "firms": firms, "experts": named}


class Bureau:
    """A small bureau in which something happens every day."""

    def __init__(self, session: Session, seed: int) -> None:
        self.random = random.Random(seed)
        self.session = session
        self.head = people.officer(session, role="section_head")
        self.officers = [people.officer(session) for _ in range(2)]

    def live(self, day: date) -> None:
        """One day: new rows, and changes of what is there."""
        now = morning(day)
        firm = case_files.firm(self.session, created_at=now)
        case_files.opened(self.session, self.head, now, enterprise=firm)
        given = CommissionerInput(name=f"周{day.day}（示例）", unit="江汉大学（示例）")
        experts.create(self.session, actor=self.head, given=given, now=now)
        self.session.flush()
        for case in self.session.scalars(select(CaseFile)):
            self._touch_case(case, now)
        for row in self.session.scalars(select(Enterprise)):
            self._touch_firm(row, now)
        for expert in self.session.scalars(select(Commissioner)):
            given = CommissionerInput(name=expert.name, unit=expert.unit, title=f"职称{self.random.randrange(3)}")
            experts.edit(
                self.session, actor=self.head, commissioner=expert, given=given, version=expert.version, now=now
            )

    def _touch_case(self, case: CaseFile, now: datetime) -> None:
        chance = self.random.random()
        if chance < 0.3:
            officer = self.random.choice([one for one in self.officers if one.id != case.officer_id])
            command = AssignOfficer(officer_id=officer.id, version=case.version)
            assign_officer(self.session, actor=self.head, now=now, number=case.number, command=command)
        elif chance < 0.8 and case.stage in ("pool", "intent"):
            action = available(programme_of(self.session, case), case, self.head)[0]
            case_files.step(self.session, self.head, now, case, action.code, reason="试" if action.needs.reason else "")

    def _touch_firm(self, firm: Enterprise, now: datetime) -> None:
        values = {
            "name": f"浩口精工{self.random.randrange(9)}号（示例）",
            "scale": self.random.choice(["", "small", "medium"]),
            "above_scale": self.random.choice([None, True, False]),
            "capital_fen": self.random.choice([None, 12_345_600_000]),
            "registered_on": self.random.choice([None, date(2015, 5, 1)]),
            "region_code": self.random.choice(["429005001", "429005109"]),
        }
        change_fields(self.session, actor=SYSTEM, enterprise=firm, values=values, now=now)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_past_day_is_listed_as_it_was(database: Database, seed: int) -> None:
    then: dict[date, dict[str, Any]] = {}
    with session_scope(database) as session:
        bureau = Bureau(session, seed)
    for day in [FIRST + timedelta(days=n) for n in range(DAYS)]:
        with session_scope(database) as session:
            bureau.session = session
            bureau.live(day)
        with read_scope(database) as session:
            then[day] = shown(session)
    for day, expected in then.items():
        with past_scope(database, day) as session:
            assert shown(session) == expected, day


def test_a_step_taken_back_later_stood_on_the_day(database: Database) -> None:
    with session_scope(database) as session:
        head = people.officer(session, role="section_head")
        case = case_files.opened(session, head, morning(FIRST)).row
        case_files.step(session, head, morning(FIRST), case, "confirm-intent")
    with session_scope(database) as session:
        number, version = session.execute(select(CaseFile.number, CaseFile.version)).one()
        command = TakeBackStep(version=version, reason="点错了")
        take_back_step(session, actor=head, now=morning(FIRST + timedelta(days=1)), number=number, command=command)
    for day, stage in ((FIRST, "intent"), (FIRST + timedelta(days=1), "pool")):
        with past_scope(database, day) as session:
            assert session.scalar(select(CaseFile.stage)) == stage


def test_filters_counts_and_orders_are_of_the_day(database: Database) -> None:
    with session_scope(database) as session:
        head: Actor = people.officer(session, role="section_head")
        other = people.officer(session)
        case = case_files.opened(session, head, morning(FIRST), officer_id=head.id).row
        command = AssignOfficer(officer_id=other.id, version=case.version)
        assign_officer(session, actor=head, now=morning(FIRST + timedelta(days=3)), number=case.number, command=command)
    for day, officer in ((FIRST, head), (FIRST + timedelta(days=3), other)):
        with past_scope(database, day) as session:
            wanted = CaseFilter(officer=officer.id)
            assert CASES.count(Viewer(session, head, day), wanted).n == 1
            assert [row.officer_id for row in CASES.page(Viewer(session, head, day), wanted, limit=5).items] == [
                officer.id
            ]
    with past_scope(database, FIRST - timedelta(days=1)) as session:
        assert CASES.count(Viewer(session, head, FIRST), CaseFilter()).n == 0


def test_nothing_of_it_stays(database: Database) -> None:
    with session_scope(database) as session:
        people.officer(session)
        case_files.firm(session)
    with past_scope(database, date(2020, 1, 1)) as session:
        assert session.scalar(select(Enterprise.id)) is None
    with read_scope(database) as session:
        assert session.scalar(select(Enterprise.id)) is not None
        assert session.scalar(select(Officer.id)) is not None
        with pytest.raises(DatabaseError):
            session.execute(text("SELECT * FROM past_change"))
