"""List cursors: opaque, and good for nothing but the list they were given for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exchange.cursors import decode_cursor, encode_cursor
from app.kit.errors import Invalid

SECRET = b"a secret of the tests"


@given(st.integers(min_value=1, max_value=2**63 - 1))
def test_a_cursor_comes_back(row: int) -> None:
    assert decode_cursor(SECRET, "cases", "429005", encode_cursor(SECRET, "cases", "429005", row)) == row


@pytest.mark.parametrize(
    ("secret", "resource", "region"),
    [(b"another secret", "cases", "429005"), (SECRET, "enterprises", "429005"), (SECRET, "cases", "42")],
)
def test_a_cursor_of_another_list_or_region_is_refused(secret: bytes, resource: str, region: str) -> None:
    foreign = encode_cursor(secret, resource, region, 7)
    with pytest.raises(Invalid):
        decode_cursor(SECRET, "cases", "429005", foreign)


@given(st.text(max_size=60))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        decode_cursor(SECRET, "cases", "", text)
