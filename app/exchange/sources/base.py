"""What a source is: the visible rows of one resource, its columns, and the rows that hang on each of them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_
from sqlalchemy.orm import Session

from app.journal.models import JournalEvent
from app.kit.membership import one_of

Columns = Mapping[str, Any]
Derive = Callable[[Any], Any]
Visible = Callable[[Select[Any], str], Select[Any]]
KeyValue = Callable[[str], Any]
Joined = Callable[[Select[Any]], Select[Any]]
Narrow = Callable[[Collection[str]], ColumnElement[bool]]


def as_it_is(statement: Select[Any]) -> Select[Any]:
    """Nothing to join."""
    return statement


@dataclass(frozen=True)
class Touch:
    """An event touched a row. `former_keys`: those that its record bore at that event or since and gave up.

    `row_id` None: the row is gone, only its keys are left to bury.
    """

    position: int
    row_id: int | None
    former_keys: tuple[str, ...] = ()


Touches = Callable[[Session, Sequence[JournalEvent]], Iterable[Touch]]


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
class RecordSource:
    """One resource: `visible(select, region_prefix)` is its one scope, for list, record, feed, snapshot and count.

    `follows` names the journal's subject kinds whose events may touch its rows, `touches` finds which rows each did.
    `joined` adds what `key` needs beyond the row's own table, `narrow` is a condition with an index that rows with such
    keys fulfil. `derive` makes a value from what the database holds; `key_value` goes back from a record's key to what
    `key` holds (None: no record has such a key). `firm` is the id of the firm that a row is of, where it is of one.
    """

    resource: str
    id: Any
    key: Any
    columns: Columns
    visible: Visible
    follows: frozenset[str]
    touches: Touches
    joined: Joined = as_it_is
    children: Mapping[str, Children] = field(default_factory=dict)
    derive: Mapping[str, Derive] = field(default_factory=dict)
    key_value: KeyValue = str
    firm: Any = None
    narrow: Narrow | None = None

    def holding(self, keys: Collection[str]) -> ColumnElement[bool]:
        """The condition of the rows whose records bear one of these keys; the statement is `joined` or `visible`."""
        values = [value for value in map(self.key_value, keys) if value is not None]
        found: ColumnElement[bool] = one_of(self.key, values)
        return found if self.narrow is None else and_(self.narrow(keys), found)


def of_model(model: Any, names: Sequence[str]) -> dict[str, ColumnElement[Any]]:
    """The columns of `model` by these names."""
    return {name: getattr(model, name) for name in names}
