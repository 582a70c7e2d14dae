"""Numbers and query codes as people type them."""

import pytest

from app.cases.domain.numbers import (
    ALPHABET,
    LENGTH,
    hash_query_code,
    new_query_code,
    normalise_number,
    number_in,
    query_code_matches,
    series_of,
)


def test_numbers_have_the_shape_of_the_bureau():
    series = series_of("QJ", "GQ", 2021)
    assert number_in(series, 47) == "QJ-GQ-2021-0047"
    assert number_in(series, 12_345) == "QJ-GQ-2021-12345"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        (" qj-gq-2021-0047 ", "QJ-GQ-2021-0047"),
        ("ＱＪ－ＧＱ－２０２１－００４７", "QJ-GQ-2021-0047"),
        ("QJ—GQ—2021—0047", "QJ-GQ-2021-0047"),
        ("QJGQ20210047", ""),
        ("'; drop table case_file; --", ""),
        ("", ""),
        ("Q" * 10_000, ""),
    ],
)
def test_numbers_are_read_as_typed(typed, number):
    assert normalise_number(typed) == number


def test_codes_use_letters_that_cannot_be_mistaken():
    assert not set("0O1IL2Z5S8BUV") & set(ALPHABET)
    codes = {new_query_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(len(code) == LENGTH and set(code) <= set(ALPHABET) for code in codes)


def test_a_code_is_stored_as_a_salted_hash():
    code = new_query_code()
    first, second = hash_query_code(code), hash_query_code(code)
    assert first != second
    assert code not in first
    assert query_code_matches(code, first)
    assert query_code_matches(f" {code[:5].lower()}-{code[5:]} ", second)
    assert not query_code_matches(new_query_code(), first)
    assert not query_code_matches(code, None)
    assert not query_code_matches("nobody", None)
    assert not query_code_matches("", first)
