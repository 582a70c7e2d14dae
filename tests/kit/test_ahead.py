"""Reading ahead gives the same as reading, and is never more than one step in front."""

from collections.abc import Iterator

import pytest

from app.kit.ahead import one_ahead
from app.kit.i18n import current_locale, set_locale


def test_everything_comes_in_its_order() -> None:
    with one_ahead(iter(range(50))) as items:
        assert list(items) == list(range(50))


def test_the_next_is_made_while_one_is_used_and_no_more() -> None:
    made: list[int] = []

    def making() -> Iterator[int]:
        for number in range(10):
            made.append(number)
            yield number

    with one_ahead(making()) as items:
        for item in items:
            assert len(made) <= item + 2
            if item == 4:
                break
    assert len(made) <= 6


def test_an_error_comes_where_its_item_would_have_come() -> None:
    def failing() -> Iterator[str]:
        yield "甲"
        raise ValueError("乙")

    taken = []
    with pytest.raises(ValueError, match="乙"), one_ahead(failing()) as items:
        taken.extend(items)
    assert taken == ["甲"]


def test_it_is_made_in_the_language_of_whoever_reads() -> None:
    before = current_locale()
    set_locale("en")
    try:
        with one_ahead(current_locale() for _time in range(2)) as items:
            assert list(items) == ["en", "en"]
    finally:
        set_locale(before)
