"""Rows as lines of JSON that mean the same on both databases."""

import base64
from collections.abc import Callable, Generator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import JSON, Column, Connection, Table, column, insert, select, table
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.dml import Insert
from sqlalchemy.types import TypeDecorator, TypeEngine

BATCH = 1_000
_READ: dict[type, Callable[[Any], Any]] = {
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    bytes: base64.b64decode,
    Decimal: Decimal,
}


def lines_of(connection: Connection, source: Table) -> Generator[bytes]:
    """Every row in the order of its key, one line each, in constant memory."""
    statement = select(source).order_by(*source.primary_key.columns).execution_options(yield_per=BATCH)
    with connection.execute(statement) as result:
        for row in result.mappings():
            yield orjson.dumps(dict(row), option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE, default=_write)


def _write(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"no portable form for {type(value).__name__}")


def reader(source: Table) -> Callable[[bytes], dict[str, Any]]:
    """Turns a line back into the values of a row of `source`."""
    converters = {found.name: convert for found in source.columns if (convert := _READ.get(_python_type(found.type)))}

    def read(line: bytes) -> dict[str, Any]:
        values: dict[str, Any] = orjson.loads(line)
        for name, convert in converters.items():
            if values[name] is not None:
                values[name] = convert(values[name])
        return values

    return read


def _python_type(kind: TypeEngine[Any]) -> type:
    return kind.impl_instance.python_type if isinstance(kind, TypeDecorator) else kind.python_type


def insertion(target: Table) -> Insert:
    """An insert into `target` that writes an absent JSON value as NULL, as it was, not as the JSON word null."""
    return insert(table(target.name, *(column(found.name, _insertable(found)) for found in target.columns)))


def _insertable(found: Column[Any]) -> TypeEngine[Any]:
    if isinstance(found.type, JSON) and found.nullable:
        return JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
    return found.type


def difference(expected: bytes, actual: bytes) -> Mapping[str, tuple[Any, Any]]:
    """The columns in which two lines differ: (expected, actual)."""
    before, after = orjson.loads(expected), orjson.loads(actual)
    return {name: (before.get(name), after.get(name)) for name in before if before.get(name) != after.get(name)}
