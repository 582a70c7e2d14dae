from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kit.actor import SYSTEM
from app.kit.errors import SeedError
from app.kit.i18n import use_locale
from app.reference import catalogue, queries
from app.reference.models import Industry, Park, Region, TechnicalField, Term
from app.reference.seed import load

SEEDS = Path(__file__).parents[2] / "seeds"


def test_loading_again_changes_nothing(session: Session, now: datetime) -> None:
    report = load(session, seeds_dir=SEEDS, actor=SYSTEM, now=now)
    assert (report.created, report.changed) == (0, 0)
    assert report.unchanged > 6_000


def test_a_changed_row_is_put_right(session: Session, now: datetime) -> None:
    session.get_one(Region, "429005").name = "别处"
    report = load(session, seeds_dir=SEEDS, actor=SYSTEM, now=now)
    assert (report.created, report.changed) == (0, 1)
    assert session.get_one(Region, "429005").name == "潜江市"


def test_the_tables_are_whole(session: Session) -> None:
    counts = dict(session.execute(select(Industry.level, func.count()).group_by(Industry.level)).all())
    assert counts == {1: 20, 2: 97, 3: 473, 4: 1381}
    townships = select(func.count()).where(Region.parent_code == "429005")
    assert session.scalar(townships) == 24
    assert session.scalar(select(func.count()).where(Region.level == 1)) == 34
    assert session.scalar(select(func.count()).where(TechnicalField.level == 1)) == 8


def test_every_parent_exists(session: Session) -> None:
    for table in (Industry, Region, TechnicalField):
        codes = set(session.scalars(select(table.code)))
        assert set(session.scalars(select(table.parent_code))) - codes == {""}


def test_the_filing_systems_numbers_are_not_the_documents(session: Session) -> None:
    numbers = dict(
        session.execute(
            select(TechnicalField.name_zh, TechnicalField.system_value).where(TechnicalField.level == 1)
        ).all()
    )
    assert numbers["生物与新医药"] == "6"
    assert numbers["先进制造与自动化"] == "3"
    assert sorted(numbers.values()) == ["1", "2", "3", "4", "6", "7", "8", "9"]


def test_property_kinds_know_their_class(session: Session) -> None:
    kinds = queries.list_terms(session, "property_kind")["property_kind"]
    assert [kind.code for kind in kinds if kind.data["class"] == 1][:2] == ["invention_patent", "defence_patent"]
    assert {kind.data["class"] for kind in kinds} == {1, 2}


def test_parks_are_shown_as_unverified(session: Session) -> None:
    assert not any(session.scalars(select(Park.verified)))


def test_terms_come_in_the_readers_language(session: Session) -> None:
    with use_locale("en"):
        assert queries.list_terms(session, "scale")["scale"][0].label == "Large"
    assert queries.list_terms(session, "scale")["scale"][0].label == "大型"


def test_places_read_as_people_say_them(session: Session) -> None:
    assert queries.list_region_names(session, ["429005007", "429005", "420102", "42", "", "110108"]) == {
        "429005007": "潜江市泽口街道",
        "429005": "潜江市",
        "420102": "武汉市江岸区",
        "42": "湖北省",
        "110108": "海淀区",
    }


@pytest.mark.parametrize("text", ["39", "C39", "电子器件", "%", "_", "'"])
def test_industries_are_searched_by_code_and_name(session: Session, text: str) -> None:
    found = queries.search_industries(session, text)
    assert all(text in row.name or row.code.startswith(text.upper()) for row in found)
    assert len(found) <= 20


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("A,1,,甲\nA,1,,乙\n", r"regions.csv:3: the code 'A'"),
        ("A,1,,甲\nB,2,X,乙\n", r"regions.csv:3: the parent 'X' of B"),
        (",1,,甲\n", r"regions.csv:2: the code ''"),
    ],
)
def test_a_broken_table_is_refused_with_its_place(tmp_path: Path, rows: str, message: str) -> None:
    path = tmp_path / "regions.csv"
    path.write_text("code,level,parent,name\n" + rows, encoding="utf-8")
    with pytest.raises(SeedError, match=message):
        list(catalogue.read_tree(path))


def test_vocabularies_hold_no_entry_twice(session: Session) -> None:
    assert session.scalar(select(func.count()).select_from(Term)) == sum(
        len(entries) for entries in catalogue.read_terms(SEEDS / "reference").values()
    )


def test_codes_of_verdicts_have_names(session: Session) -> None:
    names = queries.code_names(session, "429005001")
    assert (names["405"][:2], names["C"], names["429005"]) == ("精细", "制造业", "潜江市")
    assert names["429005001"] == "园林街道"
    assert "429005002" not in names and "420502" not in names
    with use_locale("en"):
        assert "chemical" in queries.code_names(session)["405"].lower()
