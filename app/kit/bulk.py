"""Many rows at once: PostgreSQL takes them by COPY, which neither parses nor plans; SQLite by one statement executed many times."""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, cast

import psycopg
from sqlalchemy import ARRAY, JSON, Column, Dialect, FromClause, func, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.kit.db import Base, UtcDateTime, is_postgresql
from app.kit.membership import array_text

#: Fewer rows are as quick by an ordinary insert.
FEW = 20

Row = Mapping[str, Any]
Writer = Callable[[Any], Any]


def insert_rows(session: Session, into: type[Base] | FromClause, rows: Iterable[Row]) -> None:
    """Insert `rows`, which all name the same columns; what they leave out has its default. Raises `IntegrityError`.

    They may be made one by one, without the session: then the database takes in one while the next is made.
    """
    target, coming = _table(into), iter(rows)
    first = list(islice(coming, FEW + 1))
    if len(first) > FEW:
        _write(session, target, first[0].keys(), chain(first, coming))
    elif first:
        session.execute(insert(target), [dict(row) for row in first])  # type: ignore[arg-type]


def insert_numbered(session: Session, model: type[Base], rows: Sequence[Row]) -> list[int]:
    """The same for a table that numbers its rows in `id`; returns the ids in the order of `rows`."""
    if len(rows) > FEW:
        ids = _next_ids(session, model, len(rows))
        insert_rows(session, model, ({**row, "id": key} for row, key in zip(rows, ids, strict=True)))
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
        last = max(session.scalar(select(func.max(_table(model).c.id))) or 0, _last_given(session, model))
        return list(range(last + 1, last + 1 + number))
    series = func.generate_series(1, number).table_valued("n")
    sequence = func.nextval(func.pg_get_serial_sequence(model.__tablename__, "id"))
    return list(session.scalars(select(sequence).select_from(series)))


def _last_given(session: Session, model: type[Base]) -> int:
    """The last number that SQLite remembers of a table whose numbers are given once; 0 for others."""
    if not cast(Any, _table(model)).dialect_options["sqlite"]["autoincrement"]:
        return 0
    return (
        session.scalar(text("select seq from sqlite_sequence where name = :name"), {"name": model.__tablename__}) or 0
    )


def _write(session: Session, target: FromClause, names: Collection[str], rows: Iterable[Row]) -> None:
    session.flush()
    connection = session.connection()
    known = cast(Sequence[Column[Any]], target.columns.values())
    columns = [column for column in known if column.name in names]
    columns += [column for column in known if column.name not in names and column.default is not None]
    quote = connection.dialect.identifier_preparer.quote
    into = f"{quote(cast(Any, target).name)} ({', '.join(quote(column.name) for column in columns)})"
    values = _values(columns, names, rows, connection.dialect)
    try:
        (_copy if is_postgresql(session) else _repeat)(connection.connection.driver_connection, into, values)
    except (psycopg.Error, sqlite3.Error) as error:
        raise _as_raised_elsewhere(error, into, connection.dialect) from None


def _copy(driver: Any, into: str, values: Iterable[Sequence[Any]]) -> None:
    with driver.cursor() as cursor, cursor.copy(f"copy {into} from stdin") as copy:
        for row in values:
            copy.write_row(row)


def _repeat(driver: Any, into: str, values: Iterable[Sequence[Any]]) -> None:
    places = "?" + ", ?" * into.count(",")
    driver.executemany(f"insert into {into} values ({places})", values)  # noqa: S608 - names of our own tables


def _as_raised_elsewhere(error: psycopg.Error | sqlite3.Error, into: str, dialect: Dialect) -> BaseException:
    """What SQLAlchemy raises for the same error of an ordinary insert; without the row, which may hold what no log may."""
    told = error.diag.message_primary if isinstance(error, psycopg.Error) else None
    bare, family = type(error)(told or str(error).split("\n", 1)[0]), dialect.loaded_dbapi.Error
    return DBAPIError.instance(
        f"insert into {into}", None, bare, family, hide_parameters=True, connection_invalidated=False, dialect=dialect
    )


def _values(
    columns: Sequence[Column[Any]], names: Collection[str], rows: Iterable[Row], dialect: Dialect
) -> Iterator[list[Any]]:
    """The rows as the driver takes them, in the order of `columns`: those that the rows name, then those with a default of their own."""
    given = [column.name for column in columns if column.name in names]
    made = [default for column in columns[len(given) :] if (default := _default_of(column))]
    writers = [(place, write) for place, column in enumerate(columns) if (write := _writer(column, dialect))]
    for row in rows:
        if row.keys() != names:
            raise ValueError("rows that are written together name the same columns")
        values = [row[name] for name in given]
        if made:
            values += [make() for make in made]
        for place, write in writers:
            values[place] = write(values[place])
        yield values


def _writer(column: Column[Any], dialect: Dialect) -> Writer | None:
    """What makes of a value what the driver takes; None where it takes it as it is."""
    if isinstance(column.type, ARRAY):
        return array_text  # the driver would look at each of the hundred terms of a firm by itself
    kind: Any = column.type.dialect_impl(dialect)
    if isinstance(kind, JSON):
        return cast(Writer, cast(Any, JSON).bind_processor(kind, dialect))  # as text, not wrapped for the driver
    write = cast(Writer | None, kind.bind_processor(dialect))
    return _once_an_instant(write) if write is not None and isinstance(column.type, UtcDateTime) else write


def _once_an_instant(write: Writer) -> Writer:
    """Rows that are written together mostly bear one instant."""
    instant = written = None

    def write_anew(value: Any) -> Any:
        nonlocal instant, written
        if instant is not value:
            instant, written = value, write(value)
        return written

    return write_anew


def _default_of(column: Column[Any]) -> Callable[[], Any] | None:
    """What makes the value that the table gives by itself; None where it gives none."""
    default = cast(Any, column.default)
    if default is None:
        return None
    return (lambda: default.arg(None)) if default.is_callable else (lambda: default.arg)
