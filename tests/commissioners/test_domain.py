"""Terms, early ends, masks and public ids."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.commissioners.domain import (
    IDS,
    AgreementTerm,
    check_early_end,
    check_no_overlap,
    check_term,
    mask_phone,
)
from app.kit.errors import Conflict, Invalid

DAYS = st.dates(date(2015, 1, 1), date(2030, 12, 31))


def term(first: str, last: str, ended: str | None = None) -> AgreementTerm:
    return AgreementTerm.of(
        date.fromisoformat(first), date.fromisoformat(last), date.fromisoformat(ended) if ended else None
    )


@pytest.mark.parametrize(
    ("agreement", "year", "counts"),
    [
        (term("2021-01-01", "2021-12-31"), 2021, True),
        (term("2020-06-01", "2021-01-01"), 2021, True),
        (term("2021-12-31", "2022-12-31"), 2021, True),
        (term("2020-01-01", "2020-12-31"), 2021, False),
        (term("2022-01-01", "2022-12-31"), 2021, False),
        (term("2020-06-01", "2022-05-31"), 2021, True),
        (term("2020-06-01", "2022-05-31", ended="2020-12-31"), 2021, False),
        (term("2020-06-01", "2022-05-31", ended="2021-01-01"), 2021, True),
        (term("2021-03-01", "2022-02-28", ended="2021-02-28"), 2021, False),  # called off before it began
    ],
)
def test_an_agreement_counts_in_each_year_it_touches(agreement: AgreementTerm, year: int, counts: bool) -> None:
    assert agreement.touches_year(year) is counts


@given(DAYS, DAYS, DAYS, DAYS)
def test_two_terms_overlap_exactly_when_they_share_a_day(a: date, b: date, c: date, d: date) -> None:
    one, two = AgreementTerm(a, b), AgreementTerm(c, d)
    shared = a <= b and c <= d and not (b < c or d < a)
    assert one.overlaps(two) is shared or not (a <= b and c <= d)
    if shared:
        assert one.in_effect(max(a, c)) and two.in_effect(max(a, c))


def test_a_term_ends_no_earlier_than_it_begins() -> None:
    check_term(date(2021, 3, 1), date(2021, 3, 1))
    with pytest.raises(Invalid, match="2021-03-01") as refused:
        check_term(date(2021, 3, 1), date(2021, 2, 28))
    assert refused.value.code == "commissioner.agreement.term"
    assert "ends_on" in refused.value.fields


def test_adjoining_terms_are_no_overlap() -> None:
    check_no_overlap(term("2021-07-01", "2021-12-31"), [term("2021-01-01", "2021-06-30")])
    with pytest.raises(Conflict):
        check_no_overlap(term("2021-06-30", "2021-12-31"), [term("2021-01-01", "2021-06-30")])


def test_an_early_end_frees_the_days_after_it() -> None:
    check_no_overlap(term("2021-04-01", "2021-12-31"), [term("2021-01-01", "2021-12-31", ended="2021-03-31")])


def test_an_early_end_lies_within_the_term_or_on_the_day_before_it() -> None:
    first, last = date(2021, 3, 1), date(2022, 2, 28)
    for good in (first - timedelta(days=1), first, last):
        check_early_end(good, first, last)
    for bad in (first - timedelta(days=2), last + timedelta(days=1)):
        with pytest.raises(Invalid):
            check_early_end(bad, first, last)


@pytest.mark.parametrize(
    ("phone", "masked"),
    [("13871234567", "138****4567"), ("0728-6242345", "072*****2345"), ("12345", "*****"), ("", "")],
)
def test_the_middle_of_a_telephone_number_is_hidden(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


@given(st.integers(min_value=1, max_value=10**9))
def test_public_ids_lead_back_to_their_row(number: int) -> None:
    assert IDS.row_id(IDS.of(number)) == number


@pytest.mark.parametrize("text", ["", "EXP", "EXP1", "EXP0000001x", "INC000001", "EXP-00001", "EXP0000001"])
def test_other_texts_are_no_public_id(text: str) -> None:
    assert IDS.row_id(text) is None
