import string
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.enterprises.domain.uscc import ALPHABET, UsccStatus, check_character, normalise, parse_uscc
from app.kit.errors import Invalid


@pytest.mark.parametrize("code", ["91429005MA4QJ001XE", "91429005MA4QJ0028E", "91429005MA4TE5T051"])
def test_codes_made_by_the_formula_are_valid(code: str) -> None:
    assert parse_uscc(code).is_valid


def test_a_code_that_begins_with_a_letter_is_valid() -> None:
    first = "N1420502MF0123456"
    assert parse_uscc(first + check_character(first)).is_valid


def test_a_real_code_that_fails_the_check_is_a_mismatch_and_no_error() -> None:
    read = parse_uscc("91350100M0001TGQXM")
    assert read.status is UsccStatus.CHECK_MISMATCH
    assert read.expected != "M"


@pytest.mark.parametrize(
    "written",
    [
        " 91429005ma4qj001xe ",
        "９１４２９００５ＭＡ４ＱＪ００１ＸＥ",
        "91429005-MA4QJ001X-E",
        "91429005MA4QJ001XE\u200b\t",
        "9142 9005 MA4Q J001 XE",
    ],
)
def test_spelling_does_not_matter(written: str) -> None:
    assert parse_uscc(written).value == "91429005MA4QJ001XE"


@pytest.mark.parametrize("letter", "OISVZ")
def test_a_refused_letter_is_named_with_its_position(letter: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_uscc("914290" + letter + "5MA4QJ001XE")
    assert refused.value.code == "enterprise.uscc.alphabet"
    assert f"第 7 位是“{letter}”" in refused.value.fields["uscc"]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "missing"),
        ("   ", "missing"),
        ("91429005MA4QJ001X", "length"),
        ("91429005MA4QJ001XEE", "length"),
        ("420104000009558", "length"),
        ("91429005MA4QJ001X潜", "alphabet"),
        ("'; drop table e;--", "length"),
    ],
)
def test_what_cannot_be_a_code_is_refused(written: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_uscc(written)
    assert refused.value.code == f"enterprise.uscc.{code}"


def test_an_old_registration_number_is_recognised() -> None:
    with pytest.raises(Invalid, match="15 位的旧工商注册号"):
        parse_uscc("420104000009558")


@given(st.text(alphabet=ALPHABET, min_size=17, max_size=17))
def test_exactly_one_check_character_fits(first: str) -> None:
    fitting = [last for last in ALPHABET if parse_uscc(first + last).is_valid]
    assert fitting == [check_character(first)]


@given(st.text(alphabet=ALPHABET, min_size=17, max_size=17), st.integers(0, 16), st.sampled_from(ALPHABET))
def test_every_single_slip_is_noticed(first: str, at: int, other: str) -> None:
    slipped = first[:at] + other + first[at + 1 :]
    assert (check_character(slipped) == check_character(first)) == (slipped == first)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(Invalid):
        assert parse_uscc(text).value == normalise(text)


def test_the_alphabet_is_the_standards() -> None:
    assert set(string.digits + string.ascii_uppercase) - set(ALPHABET) == set("OISVZ")
