"""Keyset pages: a page begins after the sort values of the last row seen, so depth costs nothing."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, Literal, TypeVar

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from app.kit.errors import Invalid
from app.kit.i18n import _

Row = TypeVar("Row")
Direction = Literal["asc", "desc"]


@dataclass(frozen=True)
class Keyset:
    """A total order: (column, direction) pairs of which the last is unique. Columns must not be null."""

    order: Sequence[tuple[Any, Direction]]

    def reversed(self) -> "Keyset":
        """The same order, backwards."""
        return Keyset([(column, "asc" if direction == "desc" else "desc") for column, direction in self.order])

    def order_by(self) -> list[Any]:
        """For `Select.order_by`."""
        return [column.desc() if direction == "desc" else column.asc() for column, direction in self.order]

    def after(self, values: Sequence[Any]) -> ColumnElement[bool]:
        """Rows that come after the one with these sort values."""
        clauses = []
        for index, (column, direction) in enumerate(self.order):
            same = [other == value for (other, _d), value in zip(self.order[:index], values, strict=False)]
            beyond = column < values[index] if direction == "desc" else column > values[index]
            clauses.append(and_(*same, beyond))
        return or_(*clauses)

    def signature(self) -> str:
        """Tells cursors of different orders apart."""
        return ",".join(f"{getattr(column, 'key', column)}:{direction}" for column, direction in self.order)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows in order, and opaque cursors to the neighbouring pages (None at an end)."""

    items: list[Row]
    next: str | None
    previous: str | None


@dataclass(frozen=True)
class Count:
    """An honest count: exactly `n`, or more than `n` when `more` is set."""

    n: int
    more: bool = False


def encode_cursor(signature: str, values: Sequence[Any], *, backwards: bool = False) -> str:
    """An opaque cursor; it is bound to the order it was made for."""
    plain = [{"d": value.isoformat()} if isinstance(value, (date, datetime)) else value for value in values]
    text = json.dumps([signature, plain, int(backwards)], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(signature: str, cursor: str) -> tuple[list[Any], bool]:
    """Values and direction of a cursor; raises `Invalid("paging.cursor")` for any other text."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        loaded = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        found, plain, backwards = loaded
        if found != signature or not isinstance(plain, list) or backwards not in (0, 1):
            raise ValueError(found)
        return [_restore(value) for value in plain], bool(backwards)
    except (ValueError, TypeError, binascii.Error, KeyError):
        raise Invalid("paging.cursor", _("翻页标记无效，请从第一页重新开始。"), {"cursor": _("无效")}) from None


def _restore(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    text = value["d"]
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def page(
    session: Session,
    statement: Select[Any],
    keyset: Keyset,
    cursor: str | None,
    limit: int,
    *,
    values_of: Callable[[Any], Sequence[Any]] | None = None,
    read: Callable[[Session, Select[Any]], Any] = Session.execute,
) -> Page[Any]:
    """One page of `statement` (without its own ordering) in the order of `keyset`, `limit` rows at most.

    `values_of` gives a row's sort values; by default the attributes named like the columns. `read` runs the statement.
    """
    values_in = values_of or (lambda row: [getattr(row, column.key) for column, _d in keyset.order])
    signature = keyset.signature()
    order, after = begun(keyset, cursor)
    backwards = order is not keyset
    statement = statement.where(*after)
    rows = _rows(read(session, statement.order_by(*order.order_by()).limit(limit + 1)), statement)
    more = len(rows) > limit
    rows = rows[:limit]
    if backwards:
        rows.reverse()
    ahead, behind = (bool(rows), more) if backwards else (more, bool(cursor) and bool(rows))
    return Page(
        items=rows,
        next=encode_cursor(signature, values_in(rows[-1])) if rows and ahead else None,
        previous=encode_cursor(signature, values_in(rows[0]), backwards=True) if rows and behind else None,
    )


def begun(keyset: Keyset, cursor: str | None) -> tuple[Keyset, list[ColumnElement[bool]]]:
    """The order in which a page is read, reversed for the one before, and what its rows come after; raises `Invalid` for a cursor of another."""
    if not cursor:
        return keyset, []
    values, backwards = decode_cursor(keyset.signature(), cursor)
    if len(values) != len(keyset.order):
        raise Invalid("paging.cursor", _("翻页标记无效，请从第一页重新开始。"), {"cursor": _("无效")})
    order = keyset.reversed() if backwards else keyset
    return order, [order.after(values)]


def _rows(result: Any, statement: Select[Any]) -> list[Any]:
    return list(result.scalars() if len(statement.column_descriptions) == 1 else result)


def count_up_to(session: Session, statement: Select[Any], bound: int = 10_000) -> Count:
    """How many rows `statement` has, counted exactly up to `bound`."""
    limited = statement.order_by(None).with_only_columns(1, maintain_column_froms=True).limit(bound + 1).subquery()
    return bounded(session.scalar(select(func.count()).select_from(limited)) or 0, bound)


def bounded(n: int, bound: int) -> Count:
    """A number as it is told of where no more than `bound` are counted."""
    return Count(bound, more=True) if n > bound else Count(n)


#: No list at hand is as long as a number of so many digits.
_LONGEST_POSITION = 7


def page_of(rows: Sequence[Row], cursor: str | None, limit: int) -> Page[Row]:
    """One page of rows that are all at hand; its cursors are positions, and what is none is the first page."""
    text = cursor or ""
    start = int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST_POSITION else 0
    after = start + limit
    return Page(
        items=list(rows[start:after]),
        next=str(after) if after < len(rows) else None,
        previous=str(max(0, start - limit)) if start else None,
    )
