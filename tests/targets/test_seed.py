"""The 2021 plan as it is published."""

import re
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.exchange.sources.indicators import visible
from app.journal.models import JournalEvent
from app.kit import db
from app.kit.actor import SYSTEM
from app.kit.errors import SeedError
from app.targets import catalogue, seed
from app.targets.domain import TENTHOUSANDTHS, TargetOperator
from app.targets.indicators import calculate_indicators
from app.targets.models import IndicatorValue, Plan, PlanItem
from app.targets.queries import find_plan, list_plan_years, target_of

SEEDS = Path(__file__).parents[2] / "seeds"


def test_the_2021_plan_is_on_file_with_every_item(session: Session) -> None:
    plan = session.scalars(select(Plan)).one()
    assert plan.document_number == "潜科文〔2021〕8号"
    assert [item.code for item in plan.items] == (
        ["G1", "G2", "G3", "G4", "G5", "G6", "T2", "T6", "T9", "T10a", "T10b", "T10c", "T13a", "T13b", "T14", "T16"]
    )
    assert all(item.clause and item.wording for item in plan.items)


@pytest.mark.parametrize(
    ("code", "comparison", "value"),
    [
        ("T10a", "ge", 20),
        ("T6", "ge", 10),
        ("T13a", "ge", 5),
        ("T10b", "gt", 60),
        ("G1", "gt", 110),
        ("T13b", "ge", 20),
    ],
)
def test_the_comparison_is_the_one_the_plan_words(session: Session, code: str, comparison: str, value: int) -> None:
    item = session.scalars(select(PlanItem).where(PlanItem.code == code)).one()
    target = target_of(item)
    assert target is not None
    assert (target.comparison, target.value) == (TargetOperator(comparison), value)
    assert ("突破" in item.wording) is (comparison == "gt")


def test_publishing_twice_changes_nothing(session: Session, now: datetime) -> None:
    report = seed.load(session, SEEDS, SYSTEM, now)
    assert (report.created, report.changed, report.unchanged) == (0, 0, 1)


#: T10a is no longer counted.
DROPPED = ("    headline: 1\n    counts: {what: applications, programme: high-tech-enterprise}\n", "")


# -- corrections ------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def plans(tmp_path: Path) -> Path:
    """A folder of seeds with the shipped plan alone."""
    (tmp_path / "plans").mkdir()
    shipped = (SEEDS / "plans" / "qianjiang-2021.yaml").read_text(encoding="utf-8")
    (tmp_path / "plans" / "qianjiang-2021.yaml").write_text(shipped, encoding="utf-8")
    return tmp_path


def write(plans: Path, name: str, *changes: tuple[str, str]) -> None:
    """A file beside the shipped plan: that one with `changes`."""
    text = (plans / "plans" / "qianjiang-2021.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (plans / "plans" / f"{name}.yaml").write_text(text, encoding="utf-8")


def supersedes(version: str) -> tuple[str, str]:
    return "code: qianjiang-2021\n", f'code: qianjiang-2021\nsupersedes: "{version}"\n'


def items(session: Session) -> dict[str, PlanItem]:
    """The items of the plan that is counted and shown."""
    view = find_plan(session, SYSTEM, 2021, date(2021, 6, 30))
    assert view is not None
    return {item.code: item for item in view.plan.items}


def test_a_published_plan_that_was_changed_is_refused_with_the_way_out(
    session: Session, now: datetime, plans: Path
) -> None:
    write(plans, "qianjiang-2021", ("target: 60", "target: 70"))
    with pytest.raises(SeedError, match=r'qianjiang-2021\.r1\.yaml with supersedes: "qianjiang-2021"'):
        seed.load(session, plans, SYSTEM, now)


def test_corrections_are_published_beside_and_the_newest_counts(session: Session, now: datetime, plans: Path) -> None:
    write(plans, "qianjiang-2021.r1", supersedes("qianjiang-2021"), ("target: 60", "target: 70"))
    report = seed.load(session, plans, SYSTEM, now)
    assert (report.created, report.unchanged) == (1, 1)
    for number in range(2, 11):
        version = f"qianjiang-2021.r{number - 1}"
        write(plans, f"qianjiang-2021.r{number}", supersedes(version), ("target: 60", f"target: {70 + number}"))
    assert seed.load(session, plans, SYSTEM, now).created == 9
    assert seed.load(session, plans, SYSTEM, now).unchanged == 11
    assert items(session)["T10b"].target_tenthousandths == 80 * TENTHOUSANDTHS
    assert list_plan_years(session, SYSTEM) == [2021]
    plan = session.scalars(select(Plan).where(Plan.revision == 0)).one()
    assert {item.code: item for item in plan.items}["T10b"].target_tenthousandths == 60 * TENTHOUSANDTHS
    db.commit(session)
    told = session.scalars(select(JournalEvent).where(JournalEvent.type == "plan.published")).all()
    assert told[-1].changes == {"version": ["qianjiang-2021.r9", "qianjiang-2021.r10"]}


@pytest.mark.parametrize(
    ("name", "changes", "says"),
    [
        ("qianjiang-2021-b", [("code: qianjiang-2021", "code: qianjiang-2021-b")], "year: 429005 has a plan of 2021"),
        ("qianjiang-2021.r1", [], 'supersedes: .* write supersedes: "qianjiang-2021"'),
        ("qianjiang-2021.r1", [supersedes("qianjiang-2020")], 'write supersedes: "qianjiang-2021"'),
        ("qianjiang-2021.r2", [supersedes("qianjiang-2021.r1")], "there is no plan 'qianjiang-2021.r1'"),
        ("qianjiang-2021.r1", [supersedes("qianjiang-2021"), ("year: 2021", "year: 2022")], "year: this is 2022"),
        (
            "qianjiang-2021.r1",
            [supersedes("qianjiang-2021"), ('"429005"', '"429006"')],
            "jurisdiction: this is 429006",
        ),
        ("qianjiang-2021.r1", [("code: qianjiang-2021", "code: qianjiang-2022")], "make them agree"),
        (
            "qianjiang-2022",
            [
                ("code: qianjiang-2021", "code: qianjiang-2022\nsupersedes: qianjiang-2021"),
                ("year: 2021", "year: 2022"),
            ],
            "only a correction",
        ),
    ],
)
def test_what_is_no_plan_of_its_own_and_no_correction_is_refused_by_file_line_and_key(
    session: Session, now: datetime, plans: Path, name: str, changes: list[tuple[str, str]], says: str
) -> None:
    write(plans, name, *changes)
    with pytest.raises(SeedError, match=says) as refused:
        seed.load(session, plans, SYSTEM, now)
    assert re.match(rf".*/{re.escape(name)}\.yaml:\d+: ", str(refused.value))
    assert "\n" not in str(refused.value)


def test_known_values_go_on_under_their_keys(
    database: db.Database, session: Session, now: datetime, plans: Path
) -> None:
    """What is known outside follows the correction; a dropped indicator is told as gone and may come back."""
    calculate_indicators(database, now)
    before = known_outside(session)
    assert "qianjiang-2021:T10a" in before
    write(plans, "qianjiang-2021.r1", supersedes("qianjiang-2021"), ("target: 60", "target: 70"), DROPPED)
    seed.load(session, plans, SYSTEM, now)
    db.commit(session)
    told = session.scalars(select(JournalEvent.subject_id).where(JournalEvent.type == "indicator.corrected")).all()
    assert set(told) == set(before)
    after = known_outside(session)
    assert set(before) - set(after) == {"qianjiang-2021:T10a"}
    assert after["qianjiang-2021:T10b"] == 70 * TENTHOUSANDTHS
    write(plans, "qianjiang-2021.r2", supersedes("qianjiang-2021.r1"))
    seed.load(session, plans, SYSTEM, now)
    db.commit(session)
    calculate_indicators(database, now)
    assert known_outside(session) == before
    db.commit(session)


def known_outside(session: Session) -> dict[str, int | None]:
    """The indicators that those who follow from outside have, each with its target."""
    rows = select(IndicatorValue.key, PlanItem.target_tenthousandths)
    return dict(session.execute(visible(rows, "429005")).all())


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("operator: gt", "operator: above", "operator"),
        ("code: G2", "code: G1", "G1"),
        ("headline: 5", "headline: 4", "headline"),
        ("    target: 110\n", "", "operator, target and unit"),
        ("year: 2021", "year: 2021\nyeer: 1", "yeer"),
    ],
)
def test_a_wrong_plan_file_is_refused_by_name(tmp_path: Path, old: str, new: str, says: str) -> None:
    folder = tmp_path / "plans"
    folder.mkdir()
    text = (SEEDS / "plans" / "qianjiang-2021.yaml").read_text(encoding="utf-8")
    (folder / "qianjiang-2021.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SeedError, match=says) as refused:
        list(catalogue.read_all(tmp_path))
    assert "qianjiang-2021.yaml" in str(refused.value)
