"""What narrows a list. Each field of a filter class carries how it is read from text and which rows it leaves.

    @dataclass(frozen=True)
    class VisitFilter:
        manner: Annotated[str, Filter(among(Manner), equal(Visit.manner))] = ""
        since: Annotated[date | None, since(Visit.happened_on)] = None

A field's name is the name in the address, its default is what narrows nothing. Text is cleaned before any filter reads it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date
from functools import cache
from typing import Any, TypeVar, cast, get_type_hints

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from app.kit.lists.viewer import Viewer

Condition = ColumnElement[bool]
#: What a text says to a filter; None: nothing.
Reader = Callable[[str, Viewer], Any]
#: The rows that a value leaves; None: all.
Where = Callable[[Any, Viewer], Condition | None]
Wanted = TypeVar("Wanted")

#: Longer than anything that is looked for.
LONGEST = 400
#: 64 bits hold every number of 18 digits.
LONGEST_NUMBER = 18
FIRST_YEAR, LAST_YEAR = 1900, 2200
#: Officers in addresses: oneself, and none. `NOBODY` stands for the latter in a filter.
ME, NONE = "me", "none"
NOBODY = -1


@dataclass(frozen=True)
class Filter:
    """How a field of a filter class is read (None: never from an address), which rows it leaves, whether also when nothing was said.

    `compared` tells the same rows by a look at each, where `where` finds them by an index that knows nothing of orders.
    """

    read: Reader | None
    where: Where | None = None
    always: bool = False
    compared: Where | None = None


def clean(text: str) -> str:
    """`text` as any database can hold it, and not without end: no NUL, no half of a character."""
    return text.replace("\0", "").encode(errors="ignore").decode()[:LONGEST]


# -- reading -------------------------------------------------------------------------------------------------------------


def text(said: str, _viewer: Viewer) -> str | None:
    """The words as they are, without the spaces around them."""
    return said.strip() or None


def among(known: Iterable[str]) -> Reader:
    """One of these codes; any other text says nothing."""
    codes = frozenset(map(str, known))
    return lambda said, _viewer: said if said in codes else None


def number_in(said: str) -> int | None:
    """The id or position that a text names; None for what no database could hold."""
    return int(said) if said.isascii() and said.isdigit() and len(said) <= LONGEST_NUMBER else None


def whole(said: str, _viewer: Viewer) -> int | None:
    """A whole number that fits into a column of 32 bits."""
    return number_in(said) if len(said) < 10 else None


def year_in(said: str) -> int | None:
    """The year of our time, or near it, that a text names."""
    found = number_in(said)
    return found if found is not None and FIRST_YEAR <= found <= LAST_YEAR else None


def year(said: str, _viewer: Viewer) -> int | None:
    """A year of our time, or near it."""
    return year_in(said)


def day_in(said: str) -> date | None:
    """The day that a text as 2021-06-30 names."""
    try:
        return date.fromisoformat(said.strip())
    except ValueError:
        return None


def day(said: str, _viewer: Viewer) -> date | None:
    """A day as 2021-06-30."""
    return day_in(said)


def ticked(said: str, _viewer: Viewer) -> bool | None:
    """Any text at all."""
    return bool(said) or None


def yes_or_no(said: str, _viewer: Viewer) -> bool | None:
    """`yes` or `no`."""
    return {"yes": True, "no": False}.get(said)


def an_officer(said: str, viewer: Viewer) -> int | None:
    """An officer's id; `me` is the reader, `none` is `NOBODY`."""
    return {ME: viewer.actor.id, NONE: NOBODY}.get(said, whole(said, viewer))


# -- the usual filters ---------------------------------------------------------------------------------------------------


def equal(column: Any) -> Where:
    """Rows whose column is the value."""
    return lambda value, _viewer: column == value


def equals(column: Any) -> Filter:
    """A code, as it is told."""
    return Filter(text, equal(column))


def number(column: Any) -> Filter:
    """A whole number."""
    return Filter(whole, equal(column))


def inner(column: Any) -> Filter:
    """A value that code gives and no address."""
    return Filter(None, equal(column))


def flag(where: Callable[[Viewer], Condition]) -> Filter:
    """A box that is ticked or not."""
    return Filter(ticked, lambda _value, viewer: where(viewer))


def since(column: Any) -> Filter:
    """From that day on."""
    return Filter(day, lambda value, _viewer: column >= value)


def until(column: Any) -> Filter:
    """Up to that day."""
    return Filter(day, lambda value, _viewer: column <= value)


def officer(column: Any) -> Filter:
    """Whose it is, or nobody's."""
    return Filter(an_officer, lambda value, _viewer: column.is_(None) if value == NOBODY else column == value)


def search(
    where: Callable[[Session, str], Condition | None], compared: Callable[[str], Condition | None] | None = None
) -> Filter:
    """Words that are looked for."""
    look: Where | None = None if compared is None else lambda value, _viewer: compared(value)
    return Filter(text, lambda value, viewer: where(viewer.session, value), compared=look)


# -- filter classes ------------------------------------------------------------------------------------------------------


@cache
def filters_of(kind: Any) -> Mapping[str, Filter]:
    """The filters of a filter class by their names."""
    hints = get_type_hints(kind, include_extras=True)
    found = {
        name: [one for one in getattr(hint, "__metadata__", ()) if isinstance(one, Filter)]
        for name, hint in hints.items()
    }
    return {name: some[0] for name, some in found.items() if some}


@cache
def _usual(kind: Any) -> Mapping[str, Any]:
    return {field.name: field.default for field in fields(kind) if field.default is not MISSING}


def addressed(kind: Any) -> tuple[str, ...]:
    """The names that may stand in an address."""
    return tuple(name for name, one in filters_of(kind).items() if one.read is not None)


def read_wanted(kind: type[Wanted], texts: Mapping[str, str], viewer: Viewer, **given: Any) -> Wanted:
    """A filter of the class from texts: what a filter does not understand narrows nothing. `given` is what code adds."""
    read = {
        name: one.read(clean(texts.get(name, "")), viewer)
        for name, one in filters_of(cast(Any, kind)).items()
        if one.read
    }
    return kind(**({name: value for name, value in read.items() if value is not None} | given))


def narrows(wanted: object, name: str) -> bool:
    """Whether the field `name` says something."""
    kind: Any = type(wanted)
    value, usual = getattr(wanted, name), _usual(kind).get(name)
    return not (value is usual or (isinstance(value, str) and value == usual))


def conditions(wanted: object, viewer: Viewer, *, beside_compared: bool = False) -> Iterator[Condition]:
    """What the rows must meet; `beside_compared` leaves out what can be compared."""
    kind: Any = type(wanted)
    for name, one in filters_of(kind).items():
        if beside_compared and one.compared is not None:
            continue
        if one.where is not None and (one.always or narrows(wanted, name)):
            condition = one.where(getattr(wanted, name), viewer)
            if condition is not None:
                yield condition


def comparisons(wanted: object, viewer: Viewer) -> list[Condition]:
    """What of it can be told by a look at each row."""
    kind: Any = type(wanted)
    said = ((one.compared, name) for name, one in filters_of(kind).items() if narrows(wanted, name))
    found = [compared(getattr(wanted, name), viewer) for compared, name in said if compared is not None]
    return [condition for condition in found if condition is not None]
