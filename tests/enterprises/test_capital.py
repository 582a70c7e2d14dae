"""Registered capital in every shape of real lists."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.enterprises.domain.capital import parse_capital
from app.kit.money import MAX_FEN
from app.kit.written.amounts import REMARKS
from tests.counts import Counts
from tests.factories.lists import CAPITALS


@pytest.mark.parametrize(("text", "expected"), CAPITALS.items())
def test_every_shape_is_read_or_kept(text: str, expected: tuple[int | None, str]) -> None:
    capital = parse_capital(text)
    assert (capital.fen, capital.currency) == expected
    assert capital.text == text
    assert bool(capital.remark) == (capital.fen is None and text != "")


def test_a_bare_number_takes_the_unit_of_its_header() -> None:
    assert parse_capital("5,000", unit="万元").fen == 5_000_000_000
    assert parse_capital("5,000", unit="元").fen == 500_000
    assert parse_capital("5,000(万美元)", unit="元").fen == 5_000_000_000
    assert parse_capital("5,000").fen is None


@pytest.mark.parametrize(
    "text", ["0.00000001万元", "99999999999999999999(万元)", "美元5万港币", "1,00(万)", "1.2.3万", "-0.01元"]
)
def test_nothing_is_rounded_cut_or_guessed(text: str) -> None:
    capital = parse_capital(text)
    assert (capital.fen, capital.text) == (None, text)
    assert capital.remark in REMARKS


def test_any_amount_survives_its_writing(counts: Counts) -> None:
    @settings(max_examples=counts.property_examples, deadline=None)
    @given(
        st.integers(0, MAX_FEN // 1_000_000), st.integers(0, 999_999), st.sampled_from(["万元", "(万元人民币)", "(万)"])
    )
    def check(wan: int, rest: int, ending: str) -> None:
        fen = min(wan * 1_000_000 + rest, MAX_FEN)
        whole, part = divmod(fen, 1_000_000)
        text = f"{whole:,}.{part:06}{ending}"
        capital = parse_capital(text)
        assert (capital.fen, capital.currency) == (fen, "CNY")

    check()


def test_any_text_is_kept(counts: Counts) -> None:
    @settings(max_examples=counts.property_examples, deadline=None)
    @given(st.text(max_size=30))
    def check(text: str) -> None:
        capital = parse_capital(text)
        assert capital.text == text.strip()
        assert capital.fen is None or capital.fen >= 0

    check()
