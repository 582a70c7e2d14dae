"""The demo keeps the law it shows: nothing of a firm is older than the firm, and who is recognised could have been."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from types import NoneType

import pytest
from sqlalchemy import Column, ColumnElement, Date, ForeignKey, FromClause, Integer, Table, func, select
from sqlalchemy.orm import Session

from app.accounts.models import EnterpriseUser
from app.cases.duties.models import CaseDuty
from app.cases.models import CaseFile
from app.commands.exports import LISTS
from app.composition.tables import METADATA
from app.demo.twins import SLIPS
from app.doors.lists.columns import header_of
from app.doors.lists.export import exported_cells, exported_columns
from app.enterprises.duplicates.domain.codes import is_whole
from app.enterprises.duplicates.models import DuplicatePair
from app.enterprises.models import Certificate, Enterprise, FormerCode, IntellectualProperty, YearlyFigures
from app.kit.actor import SYSTEM
from app.kit.clock import today
from app.kit.db import Database, UtcDateTime
from app.kit.i18n import use_locale
from app.kit.lists.viewer import Viewer
from app.policies.models import Sweep, SweepLine
from tests.counts import Counts
from tests.support.databases import Templates
from tests.support.demos import put_demo
from tests.support.house import HOUSE
from tests.support.source import listed

#: Texts that look like a day or a number, and the heads of columns that are told by digits.
DAY, NUMBER = re.compile(r"\d{4}[-/.]\d{1,2}([-/.]\d{1,2})?"), re.compile(r"[-+]?[\d,]+(\.\d+)?")
DIGITS = re.compile("号|代码|电话")
NOW = datetime(2026, 11, 30, 3, tzinfo=UTC)
TODAY = today(NOW)
RECOGNITION = "high-tech-enterprise"
FIRMS = Enterprise.__table__
#: Columns that may tell of a day before the firm was registered, and why.
EXCEPTIONS = {"enterprise.registered_key": "the registration itself, with a stand-in where it is unknown"}


@pytest.fixture(scope="module")
def demo(templates: Templates, tmp_path_factory: pytest.TempPathFactory, counts: Counts) -> Iterator[Session]:
    """The demo as it is built on one fixed day, on the embedded database."""
    folder: Path = tmp_path_factory.mktemp("demo")
    database = Database(put_demo(templates, folder, enterprises=counts.demo_firms, now=NOW), HOUSE)
    with Session(database.engine) as session:
        yield session
    database.dispose()


def _way_to_firm(table: Table, seen: tuple[Table, ...] = ()) -> list[ForeignKey] | None:
    """The foreign keys that lead from a table to its firm, the fewest there are; None where none do."""
    if table is FIRMS:
        return []
    ways = [
        [key, *rest]
        for key in table.foreign_keys
        if key.column.table not in (table, *seen)
        and (rest := _way_to_firm(key.column.table, (*seen, table))) is not None
    ]
    return min(ways, key=len, default=None)


def _with_firm(table: Table) -> FromClause | None:
    """The table joined to its firm, by keys or by a plain number; None where it tells of no firm."""
    way = _way_to_firm(table)
    if way is None:
        return table.join(FIRMS, table.c.enterprise_id == FIRMS.c.id) if "enterprise_id" in table.c else None
    joined: FromClause = table
    for key in way:
        joined = joined.join(key.column.table, key.parent == key.column)
    return joined


def _dated(table: Table) -> list[Column[object]]:
    return [
        column
        for column in table.columns
        if isinstance(column.type, Date | UtcDateTime) or (column.name == "year" and isinstance(column.type, Integer))
    ]


def _is_before(value: object, registered_on: date) -> bool:
    if isinstance(value, datetime):
        return today(value) < registered_on
    return value < (registered_on if isinstance(value, date) else registered_on.year)  # type: ignore[operator]


def _too_early(session: Session, joined: FromClause, column: Column[object]) -> str | None:
    told = session.execute(select(column, FIRMS.c.registered_on).select_from(joined).where(column.is_not(None))).all()
    early = sum(_is_before(value, registered_on) for value, registered_on in told)
    return f"{column.table.name}.{column.name}: {early} of {len(told)}" if early else None


def test_nothing_of_a_firm_is_older_than_the_firm(demo: Session) -> None:
    looked_at = {
        f"{table.name}.{column.name}": _too_early(demo, joined, column)
        for table in METADATA.sorted_tables
        if (joined := _with_firm(table)) is not None
        for column in _dated(table)
    }
    assert {"certificate.issued_on", "case_duty.opens_on", "yearly_figures.year", "journal_event.at"} <= set(looked_at)
    assert set(EXCEPTIONS) <= set(looked_at)
    early = [found for name, found in looked_at.items() if found and name not in EXCEPTIONS]
    assert not early, listed("before the firm's registration", early)


def test_what_lists_export_keeps_its_kind(demo: Session) -> None:
    """Numbers and days leave as such, not as texts that look like them; what is told by digits (codes, telephones) as text."""
    wrong = set()
    with use_locale("zh"):
        for name, view in LISTS.items():
            viewer, query = Viewer(demo, SYSTEM, TODAY), view.query()
            heads = header_of(exported_columns(view, query))
            for row in islice(exported_cells(view, query, viewer), 20):
                wrong |= {
                    (name, head, cell)
                    for head, cell in zip(heads, row, strict=True)
                    if type(cell) not in (int, Decimal, date, datetime, NoneType, str)
                    or (
                        isinstance(cell, str)
                        and (DAY.fullmatch(cell) or (NUMBER.fullmatch(cell) and not DIGITS.search(head)))
                    )
                }
    assert not wrong, listed(map(str, wrong))


def test_a_certificate_takes_a_year(demo: Session) -> None:
    """Measures of 2016, article 11 (1); the application stands before the certificate."""
    held = demo.execute(
        select(Certificate.number, Certificate.issued_on, Enterprise.registered_on).join_from(Certificate, Enterprise)
    ).all()
    early = [number for number, issued_on, begun in held if begun is None or (issued_on - begun).days < 365]
    assert not early, listed("issued within a year of the registration", early)


def test_who_is_recognised_has_what_recognition_asks_for(demo: Session) -> None:
    certified = select(Certificate).where(Certificate.kind == RECOGNITION, Certificate.issued_on < TODAY)
    figures: dict[int, set[int]] = {}
    for firm, year in demo.execute(select(YearlyFigures.enterprise_id, YearlyFigures.year)):
        figures.setdefault(firm, set()).add(year)
    rights = dict(
        demo.execute(
            select(IntellectualProperty.enterprise_id, func.min(IntellectualProperty.granted_on)).group_by(
                IntellectualProperty.enterprise_id
            )
        ).all()
    )
    rows = demo.scalars(certified).all()
    assert len(rows) > 20
    without = [
        row.number
        for row in rows
        if not {row.issued_on.year - n for n in (1, 2, 3)} <= figures.get(row.enterprise_id, set())
        or (rights.get(row.enterprise_id) or TODAY) >= row.issued_on
    ]
    assert not without, listed("certified without three years of figures and a right before", without)


def _standing(demo: Session, *firms: ColumnElement[bool], policy: str = RECOGNITION) -> dict[str, str]:
    """What the sweep of this day found about a policy, by firm."""
    wanted = (SweepLine.policy_code == policy, Sweep.on_day == TODAY, *firms)
    lines = select(Enterprise.name, SweepLine.outcome).join_from(SweepLine, Enterprise).join(Sweep).where(*wanted)
    return dict(demo.execute(lines).all())


def test_no_verdict_denies_a_certificate_that_is_held(demo: Session) -> None:
    held = select(Certificate.enterprise_id).where(Certificate.kind == RECOGNITION, Certificate.expires_on >= TODAY)
    found = _standing(demo, Enterprise.id.in_(held))
    assert len(found) > 20
    denied = [name for name, outcome in found.items() if outcome == "unmet"]
    assert not denied, listed("certified, but would fail", denied)
    assert "unmet" in _standing(demo).values(), "others do fail"


def test_the_firm_of_the_portal_is_the_best_example(demo: Session) -> None:
    firm = demo.scalars(select(Enterprise).join(EnterpriseUser, EnterpriseUser.enterprise_id == Enterprise.id)).one()
    assert firm.registered_on is not None
    assert firm.registered_on.year <= TODAY.year - 5
    years = set(demo.scalars(select(YearlyFigures.year).where(YearlyFigures.enterprise_id == firm.id)))
    assert {TODAY.year - n for n in range(1, 5)} <= years
    held = demo.scalars(select(Certificate.kind).where(Certificate.enterprise_id == firm.id)).all()
    assert held.count(RECOGNITION) == 1
    missed = demo.scalars(
        select(CaseDuty.code)
        .join(CaseFile, CaseFile.id == CaseDuty.case_id)
        .where(CaseFile.enterprise_id == firm.id, CaseDuty.due_on < TODAY, CaseDuty.done_on.is_(None))
    ).all()
    assert not missed, listed("missed by the firm that shows how it is done", missed)
    assert set(_standing(demo, Enterprise.id == firm.id).values()) == {"met"}
    listed_each_year = _standing(demo, Enterprise.id == firm.id, policy="technology-sme")
    assert "unmet" not in listed_each_year.values(), "it holds the numbers of two years"


def test_some_firms_stand_twice(demo: Session) -> None:
    """The queue of likely duplicates has something to show, and what a list writes of one firm finds it under another name and number."""
    pairs = demo.scalars(select(DuplicatePair).order_by(DuplicatePair.score_e4.desc())).all()
    assert len(pairs) == len(SLIPS) and {pair.decision for pair in pairs} == {""}
    told = {level for pair in pairs for level in (f"{kind}.{level}" for kind, level in pair.observed.items())}
    assert {"code.slip", "name.former", "phone.same", "address.same"} <= told
    names = demo.scalars(select(Enterprise.name)).all()
    assert all("（示例）" in name for name in names) and len(names) == len(set(names))
    old = demo.scalars(select(FormerCode.uscc).where(func.length(FormerCode.uscc) == 15)).one()
    assert is_whole(old) and old.startswith("429099")
