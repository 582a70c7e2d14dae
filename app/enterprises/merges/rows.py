"""Rows of any table: as JSON and back, known by their primary key, read and written many at a time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Table, bindparam, delete, select, tuple_, update
from sqlalchemy.orm import Session

from app.enterprises.belongings import Row
from app.journal.domain import plain
from app.kit.bulk import insert_rows
from app.kit.db import UtcDateTime
from app.kit.membership import one_of

Key = tuple[Any, ...]
Condition = ColumnElement[bool]


def key_of(table: Table, row: Row) -> Key:
    """What a row is known by."""
    return tuple(row[column.name] for column in table.primary_key)


def as_json(row: Row) -> dict[str, Any]:
    """Values as JSON keeps them."""
    return {name: plain(value) for name, value in row.items()}


def from_json(table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """The same as the table's columns take them."""
    return {name: _stored(table, name, value) for name, value in values.items()}


def _stored(table: Table, name: str, value: Any) -> Any:
    kind = table.c[name].type
    if isinstance(value, str) and isinstance(kind, UtcDateTime):
        return datetime.fromisoformat(value)
    if isinstance(value, str) and isinstance(kind, Date):
        return date.fromisoformat(value)
    return value


def having(table: Table, keys: Sequence[Key]) -> ColumnElement[bool]:
    """The condition of the rows with these keys."""
    columns = list(table.primary_key)
    if len(columns) == 1:
        return one_of(columns[0], [key[0] for key in keys])
    return tuple_(*columns).in_(keys)


def read(session: Session, table: Table, which: ColumnElement[bool], *names: str) -> list[Row]:
    """The rows that `which` holds for, in the order of their keys: these columns and the key, all without names."""
    columns = [column for column in table.c if not names or column.name in names or column.primary_key]
    statement = select(*columns).where(which).order_by(*table.primary_key)
    return [dict(row) for row in session.execute(statement).mappings()]


def read_keys(session: Session, table: Table, keys: Iterable[Key]) -> dict[Key, Row]:
    """The rows with these keys, by key; in portions, so that no statement holds too many of them."""
    wanted, found = sorted(set(keys)), {}
    for at in range(0, len(wanted), 400):
        for row in read(session, table, having(table, wanted[at : at + 400])):
            found[key_of(table, row)] = row
    return found


def put(session: Session, table: Table, changes: Sequence[tuple[Key, Mapping[str, Any]]]) -> None:
    """Write columns of rows by their keys; those that become alike are one statement."""
    columns = list(table.primary_key)
    alike = len(columns) == 1 and all(values == changes[0][1] for _key, values in changes)
    if alike:
        keys = [key for key, _values in changes]
        session.execute(update(table).where(having(table, keys)).values(dict(changes[0][1])))
        return
    _one_by_one(session, columns, changes, lambda values: update(table).values(values))


def drop(session: Session, table: Table, keys: Sequence[Key]) -> None:
    """Delete rows."""
    columns = list(table.primary_key)
    if len(columns) == 1:
        session.execute(delete(table).where(having(table, keys)))
    else:
        _one_by_one(session, columns, [(key, {}) for key in keys], lambda _values: delete(table))


def _one_by_one(
    session: Session, columns: Sequence[Any], changes: Sequence[tuple[Key, Mapping[str, Any]]], make: Callable[..., Any]
) -> None:
    """One statement with many sets of parameters."""
    names = list(changes[0][1])
    statement = make({name: bindparam(f"to_{name}") for name in names})
    statement = statement.where(*(column == bindparam(f"of_{column.name}") for column in columns))
    session.connection().execute(
        statement,
        [
            {f"to_{name}": values[name] for name in names}
            | {f"of_{column.name}": part for column, part in zip(columns, key, strict=True)}
            for key, values in changes
        ],
    )


def bring(session: Session, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows as they are."""
    insert_rows(session, table, rows)
