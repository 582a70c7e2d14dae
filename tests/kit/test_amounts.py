"""The one reader of written amounts: what stands in the cell decides, then the column's unit; nothing is guessed."""

import pytest

from app.kit.money import SCALES
from app.kit.written.amounts import NO_UNIT, REMARKS, UNREADABLE, lacks_unit, read_amount, unit_of

YUAN_A_UNIT = {
    "元": 1,
    "百元": 100,
    "千元": 1_000,
    "万元": 10_000,
    "十万元": 100_000,
    "百万元": 1_000_000,
    "千万元": 10_000_000,
    "亿元": 100_000_000,
}


@pytest.mark.parametrize(("unit", "yuan"), YUAN_A_UNIT.items())
def test_every_unit_counts_in_the_column_and_in_the_cell(unit: str, yuan: int) -> None:
    assert read_amount("1.5", unit=unit).fen == yuan * 150
    assert read_amount(f"1.5{unit}").fen == yuan * 150
    assert read_amount(f"1.5（{unit}）", unit="亿元").fen == yuan * 150
    assert unit_of(unit) == unit_of(f"人民币{unit}") == unit
    assert SCALES[unit.removesuffix("元")] == yuan


def test_a_bare_number_without_a_unit_is_no_amount() -> None:
    assert (read_amount("38,205").fen, read_amount("38,205").remark) == (None, NO_UNIT)
    assert read_amount("38,205", unit="人").remark == NO_UNIT


def test_brackets_around_a_whole_number_are_a_minus_sign() -> None:
    assert read_amount("（125,813.1）", unit="千元").fen == read_amount("-125813.1", unit="千元").fen == -12_581_310_000
    assert read_amount("30(万元)").fen == 30_000_000
    assert read_amount("(30)").remark == NO_UNIT


@pytest.mark.parametrize(
    ("text", "unit", "fen", "currency"),
    [
        ("-12", "万元", -12_000_000, "CNY"),
        ("３，８２０．５", "千元", 382_050_000, "CNY"),
        ("￥1,000.00", "", 100_000, "CNY"),
        ("￥1,000", "万元", 1_000_000_000, "CNY"),
        ("1000人民币", "万元", 1_000_000_000, "CNY"),
        ("500万美元", "万元", 500_000_000, "USD"),
        ("500", "万美元", 500_000_000, "USD"),
    ],
)
def test_signs_and_currencies(text: str, unit: str, fen: int, currency: str) -> None:
    found = read_amount(text, unit=unit)
    assert (found.fen, found.currency, found.remark) == (fen, currency, "")


@pytest.mark.parametrize(
    ("text", "unit"),
    [("￥500", "万美元"), ("很多", "万元"), ("1,0000000", "万元"), ("0.001", "元"), ("9" * 20, "元"), ("--5", "元")],
)
def test_what_contradicts_itself_or_cannot_be_read_is_kept(text: str, unit: str) -> None:
    found = read_amount(text, unit=unit)
    assert found.fen is None and found.remark in REMARKS
    assert read_amount("￥500", unit="万美元").remark == UNREADABLE


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("万", "万元"),
        ("万元人民币", "万元"),
        ("万美元", "万美元"),
        ("RMB万元", "万元"),
        ("10,000 yuan", "万元"),
        ("人民币", ""),
        ("18位", ""),
        ("人", ""),
        ("", ""),
    ],
)
def test_a_unit_has_one_spelling(text: str, unit: str) -> None:
    assert unit_of(text) == unit


def test_which_cells_need_the_unit_of_their_column() -> None:
    assert [lacks_unit(text) for text in ("38205", "￥5", "38.2万", "500(万美元)", "很多", "", "N/A")] == [
        True, True, False, False, False, False, False,
    ]  # fmt: skip
