"""The 2021 plan as it is published."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kit.actor import SYSTEM
from app.kit.errors import SeedError
from app.targets import catalogue, seed
from app.targets.domain import Comparison
from app.targets.models import Plan, PlanItem
from app.targets.queries import target_of

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
    assert (target.comparison, target.value) == (Comparison(comparison), value)
    assert ("突破" in item.wording) is (comparison == "gt")


def test_publishing_twice_changes_nothing(session: Session, now: datetime) -> None:
    report = seed.load(session, SEEDS, SYSTEM, now)
    assert (report.created, report.changed, report.unchanged) == (0, 0, 1)


def test_a_published_plan_that_was_changed_is_refused(session: Session, now: datetime, tmp_path: Path) -> None:
    folder = tmp_path / "plans"
    folder.mkdir()
    text = (SEEDS / "plans" / "qianjiang-2021.yaml").read_text(encoding="utf-8")
    (folder / "qianjiang-2021.yaml").write_text(text.replace("target: 60", "target: 70"), encoding="utf-8")
    with pytest.raises(SeedError, match="qianjiang-2021"):
        seed.load(session, tmp_path, SYSTEM, now)


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
