"""What a source is: the visible rows of one resource, its columns, and the rows that hang on each of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import Session

from app.journal.models import JournalEvent

Columns = Mapping[str, Any]
Derive = Callable[[Any], Any]
Visible = Callable[[Select[Any], str], Select[Any]]
RowsOf = Callable[[Session, Sequence[JournalEvent]], Mapping[int, int]]
FormerKeys = Callable[[Session, Sequence[JournalEvent]], Mapping[int, list[str]]]
KeyValue = Callable[[str], Any]
HangingOn = Callable[[Sequence[int]], Select[int, int]]


@dataclass(frozen=True)
class Children:
    """Rows that hang on a record: the column that names their parent row, their columns, their order.

    `join` adds what the columns need beyond the parent's own table, and the reader's scope where it matters.
    """

    parent: Any
    columns: Columns
    order: Sequence[Any]
    derive: Mapping[str, Derive] = field(default_factory=dict)
    join: Visible | None = None


@dataclass(frozen=True)
class Source:
    """One resource: `visible(select, region_prefix)` is its one scope, for list, record, feed, snapshot and count.

    `rows_of` finds the row that each journal event is about, by position; `hanging_on` selects (enterprise id, row id)
    of the rows whose record says something of these firms. `former_keys` tells, by position, the keys that a record
    bore at that event or later and no longer bears. `derive` makes a value from what the database holds; `key_value`
    goes back from a record's key to what `key` holds (None: no record has such a key). `firm` is the id of the firm
    that a row is of, where it is of one.
    """

    resource: str
    id: Any
    key: Any
    columns: Columns
    visible: Visible
    rows_of: RowsOf
    hanging_on: HangingOn | None = None
    former_keys: FormerKeys | None = None
    children: Mapping[str, Children] = field(default_factory=dict)
    derive: Mapping[str, Derive] = field(default_factory=dict)
    key_value: KeyValue = str
    firm: Any = None


def of_model(model: Any, names: Sequence[str]) -> dict[str, ColumnElement[Any]]:
    """The columns of `model` by these names."""
    return {name: getattr(model, name) for name in names}
