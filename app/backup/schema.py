"""Making the schema afresh inside a transaction, so that a failed restore leaves the old database as it was."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, inspect, select, text
from sqlalchemy.orm import Session
from sqlalchemy.schema import AddConstraint, DropConstraint

from app.composition.migrations import alembic_config
from app.composition.tables import METADATA
from app.enterprises.search_index import reindex
from app.kit.db import Database, schema_scope
from app.kit.errors import Conflict
from app.kit.i18n import _

#: What stands in these tables before anybody has put anything on file.
_WRITTEN_BY_MIGRATIONS = frozenset({"published_state"})


@cache
def newest_revision() -> str:
    """The schema that this version of Yumiao has."""
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    assert head is not None
    return head


def has_rows(connection: Connection) -> bool:
    """Whether any table of ours holds anything."""
    existing = set(inspect(connection).get_table_names())
    return any(
        connection.execute(select(table).limit(1)).first() is not None
        for table in METADATA.sorted_tables
        if table.name in existing - _WRITTEN_BY_MIGRATIONS
    )


@contextmanager
def rebuilding(database: Database) -> Iterator[Connection]:
    """A transaction in which all tables are new and empty; commits when the block ends, else nothing has happened."""
    with schema_scope(database) as connection:
        _recreate(connection)
        yield connection


def _recreate(connection: Connection) -> None:
    config = alembic_config()
    config.attributes["connection"] = connection
    if "alembic_version" in inspect(connection).get_table_names():
        command.downgrade(config, "base")
    command.upgrade(config, "head")


@contextmanager
def references_checked_last(connection: Connection) -> Iterator[None]:
    """Rows may come in any order inside the block; at its end every reference must have found its row."""
    on_postgresql = connection.dialect.name == "postgresql"
    references = [key for table in METADATA.sorted_tables for key in table.foreign_key_constraints]
    if on_postgresql:
        for reference in references:
            connection.execute(DropConstraint(reference))
    yield
    if on_postgresql:
        for reference in references:
            connection.execute(AddConstraint(reference))
    elif dangling := connection.execute(text("pragma foreign_key_check")).first():
        message = _("恢复后的数据不完整：表 %(table)s 引用了不存在的记录。未恢复任何内容。")
        raise Conflict("backup.dangling", message % {"table": dangling[0]})


def finish(connection: Connection) -> None:
    """What follows from the rows: the next free keys and the search index."""
    if connection.dialect.name == "postgresql":
        for table in METADATA.sorted_tables:
            key = table.autoincrement_column
            if key is not None:
                sequence = func.pg_get_serial_sequence(table.name, key.name)
                connection.execute(select(func.setval(sequence, func.max(key))).select_from(table))
    with Session(bind=connection) as session:
        reindex(session)
