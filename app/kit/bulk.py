"""Many rows at once: PostgreSQL takes them by COPY, which neither parses nor plans; SQLite by one statement executed many times."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

import psycopg
from psycopg import sql
from sqlalchemy import ARRAY, JSON, Column, Dialect, FromClause, func, insert, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.kit.db import Base, is_postgresql

#: Fewer rows are as quick by an ordinary insert.
FEW = 20

Row = Mapping[str, Any]


def insert_rows(session: Session, into: type[Base] | FromClause, rows: Sequence[Row]) -> None:
    """Insert `rows`, which all name the same columns; what they leave out has its default. Raises `IntegrityError`."""
    target = _table(into)
    if len(rows) > FEW and is_postgresql(session):
        _copy(session, target, rows)
    elif rows:
        session.execute(insert(target), [dict(row) for row in rows])  # type: ignore[arg-type]


def insert_numbered(session: Session, model: type[Base], rows: Sequence[Row]) -> list[int]:
    """The same for a table that numbers its rows in `id`; returns the ids in the order of `rows`."""
    if len(rows) > FEW:
        ids = _next_ids(session, model, len(rows))
        insert_rows(session, model, [{**row, "id": key} for row, key in zip(rows, ids, strict=True)])
        return ids
    id_column = _table(model).c.id
    statement = insert(model).returning(id_column, sort_by_parameter_order=True)
    return list(session.scalars(statement, [dict(row) for row in rows])) if rows else []


def _table(into: type[Base] | FromClause) -> FromClause:
    return into if isinstance(into, FromClause) else into.__table__


def _next_ids(session: Session, model: type[Base], number: int) -> list[int]:
    """Numbers that nobody else gets; some may stay unused, as with any sequence. On SQLite whoever writes is alone."""
    if not is_postgresql(session):
        session.flush()
        last = session.scalar(select(func.max(_table(model).c.id))) or 0
        return list(range(last + 1, last + 1 + number))
    series = func.generate_series(1, number).table_valued("n")
    sequence = func.nextval(func.pg_get_serial_sequence(model.__tablename__, "id"))
    return list(session.scalars(select(sequence).select_from(series)))


def _copy(session: Session, target: FromClause, rows: Sequence[Row]) -> None:
    session.flush()
    connection = session.connection()
    known = cast(Sequence[Column[Any]], target.columns.values())
    columns = [column for column in known if column.name in rows[0] or column.default is not None]
    statement = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(cast(Any, target).name), sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)
    )
    driver = cast(psycopg.Connection[Any], connection.connection.driver_connection)
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for values in _values(columns, rows, connection.dialect):
                copy.write_row(values)
    except psycopg.Error as error:
        raise _as_raised_elsewhere(error, statement.as_string(driver), connection.dialect) from None


def _as_raised_elsewhere(error: psycopg.Error, statement: str, dialect: Dialect) -> BaseException:
    """What SQLAlchemy raises for the same error of an ordinary insert; without the row, which may hold what no log may."""
    bare = type(error)(error.diag.message_primary or str(error).split("\n", 1)[0])
    return DBAPIError.instance(
        statement, None, bare, psycopg.Error, hide_parameters=True, connection_invalidated=False, dialect=dialect
    )


def _values(columns: Sequence[Column[Any]], rows: Sequence[Row], dialect: Dialect) -> Iterator[list[Any]]:
    """The rows as the driver takes them, in the order of `columns`."""
    names = rows[0].keys()
    order = [column.name for column in columns]
    made = {column.name: default for column in columns if column.name not in names and (default := _default_of(column))}
    writers = [(place, write) for place, column in enumerate(columns) if (write := _writer(column, dialect))]
    for row in rows:
        if row.keys() != names:
            raise ValueError("rows that are written together name the same columns")
        values = [row[column] if column in row else made[column]() for column in order]
        for place, write in writers:
            values[place] = write(values[place])
        yield values


def _writer(column: Column[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """What makes of a value what the driver takes; None where it takes it as it is."""
    if isinstance(column.type, ARRAY):
        return _array_text
    kind = column.type.dialect_impl(dialect)
    bound = (
        JSON.bind_processor if isinstance(kind, JSON) else type(kind).bind_processor
    )  # JSON as text, not to be wrapped
    return bound(kind, dialect)


def _array_text(texts: Sequence[str]) -> str:
    """An array of texts as PostgreSQL writes it: the driver would look at each of the hundred terms of a firm by itself."""
    if any(sign in "".join(texts) for sign in '"\\'):
        texts = [text.replace("\\", "\\\\").replace('"', '\\"') for text in texts]
    return '{"' + '","'.join(texts) + '"}' if texts else "{}"


def _default_of(column: Column[Any]) -> Callable[[], Any] | None:
    """What makes the value that the table gives by itself; None where it gives none."""
    default = cast(Any, column.default)
    if default is None:
        return None
    return (lambda: default.arg(None)) if default.is_callable else (lambda: default.arg)
