"""Yearly figures as the taker takes them in: provenance, contradictions inside one import, jumps of unit."""

from collections.abc import Callable, Mapping
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.imports.domain import RowOutcome
from app.enterprises.imports.fields import YEARLY_FIELDS
from app.enterprises.imports.figure.register import REGISTER, guess_basis, guess_year
from app.enterprises.imports.registers import IntakeContext
from app.enterprises.imports.row_reader import SourceRow
from app.enterprises.imports.verdict import RowVerdict, SettledDifference
from app.enterprises.models import Enterprise, YearlyFigures
from app.kit.actor import SYSTEM
from app.kit.errors import Conflict
from tests.factories.enterprises import NOW, firm

Take = Callable[..., RowVerdict]
WAN = dict.fromkeys(("sales_revenue_fen", "rd_total_fen", "total_assets_fen", "net_assets_fen"), "万元")


@pytest.fixture
def one(session: Session) -> Enterprise:
    """The firm that the rows are about."""
    return firm(session)


@pytest.fixture
def take(session: Session, one: Enterprise) -> Take:
    """Take rows in, one batch an import's sheet; returns the first verdict."""

    def taken(*rows: Mapping[str, str], run: int = 1, units: Mapping[str, str] = WAN) -> RowVerdict:
        taker = REGISTER.open(session, IntakeContext(SYSTEM, run, date(2026, 12, 1)))
        usual = {"year": "2021", "basis": "STAT", "uscc": "", "name": one.name}
        batch = [taker.parse(SourceRow(n, [], usual | dict(row), units)) for n, row in enumerate(rows, start=2)]
        for parsed in batch:
            parsed.firm = one
        verdicts = taker.decide(session, batch, lock=True)
        taker.write(session, verdicts, NOW)
        session.flush()
        return verdicts[0]

    return taken


def only(session: Session, year: int = 2021) -> YearlyFigures:
    return session.scalars(select(YearlyFigures).filter_by(year=year)).one()


def settle(
    session: Session, one: Enterprise, field: str, expected: int | None, wanted: int | None, *, by_hand: bool = False
) -> None:
    run = 1
    taker = REGISTER.open(session, IntakeContext(SYSTEM, run, date(2026, 12, 1)))
    key = f"{one.uscc}|2021|STAT|import"
    about = {"import": run, "row": 2}
    taker.settle(
        session,
        SettledDifference(
            SYSTEM, NOW, one.id, key, field, expected, wanted, "import.taken", by_hand=by_hand, data=about
        ),
    )
    session.flush()


def test_a_firm_that_was_found_by_its_name_gets_the_whole_r_and_d_expense(session: Session, take: Take) -> None:
    verdict = take({"sales_revenue_fen": "100", "rd_total_fen": "4.5"})
    row = only(session)
    assert verdict.outcome is RowOutcome.CREATED
    assert (row.sales_revenue_fen, row.rd_total_fen, row.rd_direct_fen) == (100_000_000, 4_500_000, None)
    assert row.imported_in == {"sales_revenue_fen": 1, "rd_total_fen": 1}


def test_two_sheets_of_one_import_that_contradict_each_other_leave_nothing(session: Session, take: Take) -> None:
    take({"total_assets_fen": "8997.12", "sales_revenue_fen": "100"})
    verdict = take({"total_assets_fen": "9497.12"})
    assert verdict.outcome is RowOutcome.DIFFERS
    assert verdict.differences == {"total_assets_fen": (8_997_120_000, 9_497_120_000)}
    assert [reason.code for reason in verdict.reasons] == ["conflict"]
    assert (only(session).total_assets_fen, only(session).sales_revenue_fen) == (None, 100_000_000)
    third = take({"total_assets_fen": "8997.12"})
    assert third.differences == {"total_assets_fen": (None, 8_997_120_000)}
    assert only(session).total_assets_fen is None, "whatever a third sheet says, a person chooses"


def test_the_same_value_in_another_unit_is_no_contradiction(session: Session, take: Take) -> None:
    take({"total_assets_fen": "8997.12"})
    verdict = take({"total_assets_fen": "89971.2"}, units={"total_assets_fen": "千元"})
    assert verdict.outcome is RowOutcome.UNCHANGED
    assert only(session).total_assets_fen == 8_997_120_000


def test_a_person_chooses_between_two_and_the_choice_stands(session: Session, take: Take, one: Enterprise) -> None:
    take({"total_assets_fen": "8997.12"})
    take({"total_assets_fen": "9497.12"})
    settle(session, one, "total_assets_fen", 8_997_120_000, 9_497_120_000)
    assert only(session).total_assets_fen == 9_497_120_000
    settle(session, one, "total_assets_fen", 9_497_120_000, None, by_hand=True)
    assert only(session).total_assets_fen is None, "taken back: neither stands"
    settle(session, one, "total_assets_fen", None, 9_497_120_000)
    again = take({"total_assets_fen": "8997.12"}, run=2)
    assert again.outcome is RowOutcome.DIFFERS and only(session).total_assets_fen == 9_497_120_000


def test_a_later_import_may_write_anew_what_an_earlier_one_wrote(session: Session, take: Take) -> None:
    take({"total_assets_fen": "8997.12"})
    assert take({"total_assets_fen": "9497.12"}, run=2).outcome is RowOutcome.CHANGED
    assert only(session).imported_in == {"total_assets_fen": 2}


def test_what_an_import_says_as_it_stands_can_be_contradicted_by_it(session: Session, take: Take) -> None:
    take({"total_assets_fen": "8997.12"})
    assert take({"total_assets_fen": "8997.12"}, run=2).outcome is RowOutcome.UNCHANGED
    assert take({"total_assets_fen": "9497.12"}, run=2).outcome is RowOutcome.DIFFERS
    assert only(session).total_assets_fen is None


def test_a_figure_that_changed_meanwhile_is_not_settled(session: Session, take: Take, one: Enterprise) -> None:
    take({"total_assets_fen": "8997.12"})
    with pytest.raises(Conflict):
        settle(session, one, "total_assets_fen", 1, 2)


def test_a_jump_of_unit_against_a_neighbouring_year_is_told_and_taken(session: Session, take: Take) -> None:
    take({"sales_revenue_fen": "20000"})
    verdict = take({"year": "2022", "sales_revenue_fen": "18000000"}, run=2)
    (remark,) = verdict.reasons
    assert (remark.code, remark.params["year"], remark.params["factor"]) == ("jump", 2021, 1000)
    assert "相差约 1000 倍" in str(remark)
    assert only(session, 2022).sales_revenue_fen == 18_000_000_000_000
    two = take({"year": "2024", "sales_revenue_fen": "3"}, {"year": "2025", "sales_revenue_fen": "30000"}, run=3)
    assert [reason.code for reason in two.reasons] == ["jump"], "the years of one file are neighbours, too"
    assert take({"year": "2023", "net_assets_fen": "40"}, run=3).reasons == []


def test_an_empty_cell_is_unknown_and_takes_nothing_away(session: Session, take: Take) -> None:
    take({"sales_revenue_fen": "100", "total_assets_fen": "50"})
    verdict = take({"sales_revenue_fen": "", "total_assets_fen": "50"}, run=2)
    assert verdict.outcome is RowOutcome.UNCHANGED and only(session).sales_revenue_fen == 100_000_000


def test_one_year_twice_in_a_batch_takes_the_first(session: Session, take: Take) -> None:
    take({"sales_revenue_fen": "100"}, {"sales_revenue_fen": "200", "uscc": "91"})
    assert only(session).sales_revenue_fen == 100_000_000


@pytest.mark.parametrize(
    ("titles", "basis"),
    [
        ("规模以上企业年度经营数据（示例）", "STAT"),
        ("高企名单 潜江市高新技术企业名单（示例）", ""),
        ("2021年度研发费用加计扣除情况", "TAX"),
        ("补报数据", ""),
    ],
)
def test_titles_tell_the_basis(titles: str, basis: str) -> None:
    assert guess_basis(titles) == basis


def test_titles_tell_the_year_where_they_name_one() -> None:
    assert (guess_year("2023年度经营数据"), guess_year("2021-2023年经营数据"), guess_year("经营数据")) == (
        "2023",
        "",
        "",
    )


def test_every_amount_may_name_its_year() -> None:
    assert {column.code for column in YEARLY_FIELDS if not column.yearly} == {"year", "basis", "source"}
