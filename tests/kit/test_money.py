"""Amounts as people write them."""

import pytest

from app.kit.errors import Invalid
from app.kit.money import parse_written


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1,234.56", 123_456),
        ("12 元", 1_200),
        ("500万", 500_000_000),
        ("500.5 万元", 500_500_000),
        ("38205千元", 3_820_500_000),
        ("5亿", 50_000_000_000),
        ("-3", -300),
    ],
)
def test_amounts_are_read_in_yuan_unless_they_name_another_unit(text: str, fen: int) -> None:
    assert parse_written(text) == fen


@pytest.mark.parametrize("text", ["", "万", "5兆", "1.234", "5 万万", "NaN", "9" * 30, "9" * 18, "-" + "9" * 18])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_written(text)
