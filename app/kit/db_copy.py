"""A copy of the whole database, to be written at will and thrown away: what a change would do is seen by doing it there."""

import sqlite3
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, inspect
from sqlalchemy.engine.interfaces import ReflectedColumn

from app.kit.db import Database, schema_scope


@contextmanager
def copied(database: Database, folder: Path, *, empty: Collection[str] = ()) -> Iterator[Database]:
    """The database as it stands now, copied; nothing of the copy is left behind the `with`, and nothing of what is done there reaches
    the original, whose writers do not wait for it either.

    On SQLite it is a file in `folder`; on PostgreSQL temporary tables of one connection that may write nothing else. Tables named by
    `empty` may be copied without their rows.
    """
    if database.dialect == "sqlite":
        with tempfile.TemporaryDirectory(prefix="copy-", dir=folder) as place:
            path = Path(place) / "copy.db"
            _copy_file(database, path)
            yield from _opened(Database(f"sqlite:///{path}", database.composition, durable=False))
    else:
        copy = Database(database.url, database.composition, pool_size=1, temporary_only=True)
        with schema_scope(copy) as connection:
            _copy_tables(connection, empty)
        yield from _opened(copy)


def _opened(copy: Database) -> Iterator[Database]:
    try:
        yield copy
    finally:
        copy.dispose()


def _copy_file(database: Database, path: Path) -> None:
    with closing(sqlite3.connect(str(database.engine.url.database))) as here, closing(sqlite3.connect(path)) as there:
        here.backup(there)


def _copy_tables(connection: Connection, empty: Collection[str]) -> None:
    """Put a temporary table before each one; names without a schema mean those from now on."""
    connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ WRITE")
    home = str(connection.exec_driver_sql("SELECT current_schema()").scalar_one())
    known = inspect(connection).get_multi_columns(schema=home)
    made = [
        statement
        for (_schema, name), columns in sorted(known.items())
        for statement in _copy_of(home, name, columns, with_rows=name not in empty)
    ]
    connection.exec_driver_sql(";\n".join(made))


def _copy_of(home: str, name: str, columns: Sequence[ReflectedColumn], *, with_rows: bool) -> Iterator[str]:
    """The statements that copy a table: with indexes, without foreign keys and triggers, numbered by a sequence of its own."""
    copy = f"pg_temp.{name}"
    yield f"CREATE TEMPORARY TABLE {name} (LIKE {home}.{name} INCLUDING ALL)"
    if with_rows:
        names = ", ".join(f'"{column["name"]}"' for column in columns if "computed" not in column)
        yield f"INSERT INTO {copy} ({names}) SELECT {names} FROM {home}.{name}"  # noqa: S608 - names of our own tables
    for column in (column["name"] for column in columns if column.get("autoincrement")):
        sequence, last = f"{name}_{column}_seq", f"SELECT coalesce(max({column}), 0) + 1 FROM {copy}"  # noqa: S608
        yield f"CREATE TEMPORARY SEQUENCE {sequence} OWNED BY {copy}.{column}"
        yield f"ALTER TABLE {copy} ALTER COLUMN {column} SET DEFAULT nextval('pg_temp.{sequence}')"
        yield f"SELECT setval('pg_temp.{sequence}', ({last}), false)"
    if with_rows:
        yield f"ANALYZE {copy}"
