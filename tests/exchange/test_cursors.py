"""List cursors: opaque, and good for nothing but the list they were given for."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exchange.cursors import CursorScope, decode_cursor, encode_cursor
from app.kit.errors import Invalid

SECRET = b"a secret of the tests"


CASES = CursorScope("cases", "429005", "changed_after=7")


@given(st.integers(min_value=1, max_value=2**63 - 1))
def test_a_cursor_comes_back(row: int) -> None:
    assert decode_cursor(SECRET, CASES, encode_cursor(SECRET, CASES, row)) == row


@pytest.mark.parametrize(
    ("secret", "walk"),
    [
        (b"another secret", CASES),
        (SECRET, replace(CASES, resource="enterprises")),
        (SECRET, replace(CASES, region_prefix="42")),
        (SECRET, replace(CASES, filter="")),
        (SECRET, replace(CASES, filter="changed_after=8")),
    ],
)
def test_a_cursor_of_another_list_region_or_filter_is_refused(secret: bytes, walk: CursorScope) -> None:
    foreign = encode_cursor(secret, walk, 7)
    with pytest.raises(Invalid):
        decode_cursor(SECRET, CASES, foreign)


@given(st.text(max_size=60))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        decode_cursor(SECRET, CASES, text)
