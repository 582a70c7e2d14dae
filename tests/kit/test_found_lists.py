"""Lists over rows that no statement names: the same protocol as those of a statement, cut, counted and streamed by themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, cast

import pytest
from sqlalchemy.orm import Session

from app.kit.actor import SYSTEM
from app.kit.lists import filters, found
from app.kit.lists.filters import read_wanted
from app.kit.lists.found import FoundSource, computed
from app.kit.lists.source import Source
from app.kit.lists.viewer import Viewer
from app.kit.paging import Count, Page, page_of

VIEWER = Viewer(cast(Session, None), SYSTEM, date(2021, 6, 30))


@dataclass(frozen=True)
class NumberFilter:
    """Which of the numbers at hand."""

    only: Annotated[str, filters.Filter(filters.among(("even",)))] = ""
    rows: Sequence[int] = ()


def _chosen(_viewer: Viewer, wanted: NumberFilter) -> Sequence[int]:
    return [one for one in wanted.rows if one % 2 == 0] if wanted.only else wanted.rows


NUMBERS: Source[int, NumberFilter] = computed(NumberFilter, _chosen)


def test_pages_of_what_is_at_hand_follow_each_other_both_ways() -> None:
    wanted = read_wanted(NumberFilter, {"only": "even", "rows": "no address says this"}, VIEWER, rows=range(10))
    first = NUMBERS.page(VIEWER, wanted, limit=2)
    assert (first.items, first.previous) == ([0, 2], None)
    second = NUMBERS.page(VIEWER, wanted, "no order", first.next, limit=2)
    assert second.items == [4, 6]
    last = NUMBERS.page(VIEWER, wanted, cursor=second.next, limit=2)
    assert (last.items, last.next) == ([8], None)
    assert NUMBERS.page(VIEWER, wanted, cursor=last.previous, limit=2).items == [4, 6]
    assert NUMBERS.count(VIEWER, wanted) == Count(5)


@pytest.mark.parametrize("cursor", [None, "", "-1", "two", "²", "9" * 8, "1.5"])
def test_a_cursor_that_is_no_position_is_the_first_page(cursor: str | None) -> None:
    assert page_of(range(3), cursor, 2) == Page([0, 1], "2", None)


def test_a_stream_is_every_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(found, "BATCH", 3)
    assert list(NUMBERS.stream(VIEWER, NumberFilter(rows=range(7)))) == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(NUMBERS.stream(VIEWER, NumberFilter())) == [[]]


def test_an_order_reaches_what_finds_the_rows() -> None:
    asked: list[Any] = []

    def find(_viewer: Viewer, _wanted: NumberFilter, sort: str, cursor: str | None, limit: int) -> Page[int]:
        asked.append((sort, cursor, limit))
        return Page([], None, None)

    source = FoundSource(NumberFilter, find, lambda _viewer, _wanted: Count(0), ("up", "-up"))
    source.page(VIEWER, NumberFilter(), "-up", "", 5)
    assert asked == [("-up", None, 5)]


def test_what_depends_on_the_reader_is_read_once_a_page() -> None:
    read: list[Viewer] = []

    def load(viewer: Viewer) -> int:
        read.append(viewer)
        return len(read)

    viewer = Viewer(cast(Session, None), SYSTEM, date.max)
    assert viewer.own(load) == viewer.own(load) == 1
    assert read == [viewer]
