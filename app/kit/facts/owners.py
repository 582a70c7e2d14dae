"""Rows as columns of whole numbers by their owner: what is asked of a whole register is reckoned in numpy, not row by row."""

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any

import numpy as np
from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Date,
    Executable,
    Integer,
    Select,
    case,
    func,
    literal_column,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import SelectBase

from app.kit.db import is_postgresql
from app.kit.facts.whole_numbers import NOT_KNOWN, Flags, Numbers
from app.kit.membership import WholeNumbers, one_of_named

_OWNERS = "owners"
_UNKNOWN_TEXT = str(NOT_KNOWN).encode()
_NOT_KNOWN: ColumnElement[int] = literal_column(f"CAST('{NOT_KNOWN}' AS BIGINT)", BigInteger())
FEW = 100
"""The rows of so many owners are as quick one by one."""


class Owners:
    """Some ids, rising: whose rows are read, and what each number of a column is about."""

    def __init__(self, ids: Collection[int] | Numbers) -> None:
        given = ids if isinstance(ids, np.ndarray) else np.fromiter(ids, np.int64, len(ids))
        self.ids: Numbers = np.unique(given)

    def __len__(self) -> int:
        return len(self.ids)

    def read(self, session: Session, statement: SelectBase, **parameters: Any) -> list[Numbers]:
        """The columns of `statement`: whole numbers, days, yes and no. The first is the owner, told by its place among the ids.

        The statement is made once and asks for rows that are `owned`.
        """
        way = _by_arrays if len(self) > FEW and is_postgresql(session) else _by_rows
        owners, *numbers = way(_flushed(session), statement, {_OWNERS: self.listed, **parameters})
        return [self.places(owners), *numbers]

    def rows(self, session: Session, statement: Executable, **parameters: Any) -> Sequence[Any]:
        """The rows of such a statement as they are."""
        return _flushed(session).execute(statement, {_OWNERS: self.listed, **parameters}).all()

    @cached_property
    def listed(self) -> WholeNumbers:
        """The ids as the parameter of `owned`."""
        return WholeNumbers(self.ids.tolist())

    def places(self, ids: Numbers) -> Numbers:
        """Where each of some of the ids stands."""
        found: Numbers = np.searchsorted(self.ids, ids)
        return found

    def unknown(self) -> Numbers:
        """A column of which nothing is known."""
        return np.full(len(self), NOT_KNOWN)

    def counted(self, places: Numbers) -> Numbers:
        """How often each is named."""
        return np.bincount(places, minlength=len(self)).astype(np.int64, copy=False)

    def named(self, places: Numbers) -> Flags:
        """Which are named."""
        found: Flags = np.zeros(len(self), bool)
        found[places] = True
        return found

    def summed(self, places: Numbers, numbers: Numbers) -> Numbers:
        """The sum of the numbers of each, exactly."""
        total = np.zeros(len(self), np.int64)
        np.add.at(total, places, numbers)
        return total


def owned(column: Any) -> ColumnElement[bool]:
    """Whether `column` is one of the ids, in a statement that is made once."""
    return one_of_named(column, _OWNERS)


# -- reading ----------------------------------------------------------------------------------------------------------


def _flushed(session: Session) -> Connection:
    """The session's connection; what it has yet to write is written first, as before every statement of its own."""
    if session.autoflush:
        session.flush()
    return session.connection()


def _by_rows(connection: Connection, statement: SelectBase, parameters: Mapping[str, Any]) -> Sequence[Numbers]:
    asked = _as_rows(statement)
    found, width = connection.execute(asked, parameters).all(), len(asked.selected_columns)
    return list(np.fromiter(chain.from_iterable(found), np.int64, len(found) * width).reshape(-1, width).T)


def _by_arrays(connection: Connection, statement: SelectBase, parameters: Mapping[str, Any]) -> Sequence[Numbers]:
    """One row with an array a column, read from the driver as the text that PostgreSQL wrote: no object is made of any number."""
    asked = _as_arrays(statement)
    result = connection.execute(asked, parameters)
    cursor: Any = result.cursor
    texts = [cursor.pgresult.get_value(0, place) or b"{}" for place in range(len(asked.selected_columns))]
    result.close()
    return [np.fromstring(text[1:-1].replace(b"NULL", _UNKNOWN_TEXT), np.int64, sep=",") for text in texts]


@lru_cache(maxsize=64)
def _as_rows(statement: SelectBase) -> Select[Any]:
    columns: list[ColumnElement[Any]] = [func.coalesce(_whole(column), _NOT_KNOWN) for column in statement.subquery().c]
    return select(*columns)


@lru_cache(maxsize=64)
def _as_arrays(statement: SelectBase) -> Select[Any]:
    columns: list[ColumnElement[Any]] = [func.array_agg(_whole(column)) for column in statement.subquery().c]
    return select(*columns)


def _whole(column: ColumnElement[Any]) -> ColumnElement[Any]:
    if isinstance(column.type, Boolean):
        return case((column.is_(True), 1), (column.is_(False), 0))
    return _Ordinal(column) if isinstance(column.type, Date) else column


class _Ordinal(FunctionElement[int]):
    """The day's `date.toordinal()`."""

    inherit_cache = True
    type = Integer()


@compiles(_Ordinal, "postgresql")
def _days_since(element: _Ordinal, compiler: SQLCompiler, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)} - DATE '0001-01-01' + 1)"


@compiles(_Ordinal, "sqlite")
def _from_julian(element: _Ordinal, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST(julianday({compiler.process(element.clauses, **options)}) - 1721424.5 AS INTEGER)"
