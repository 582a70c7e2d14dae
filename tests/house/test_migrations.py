"""The schema that Alembic builds is the one that the models describe, on both databases."""

import re

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from app.composition.migrations import alembic_config, migrate
from app.composition.tables import METADATA
from app.kit.db import Database, schema_scope
from tests.support.house import HOUSE
from tests.support.source import ROOT, listed

_DATE_FIRST = re.compile(r"\d{4}_\d{2}_\d{2}_\d{4}_[a-z0-9_]+\.py")


def _tables(database: Database) -> set[str]:
    return set(inspect(database.engine).get_table_names())


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory.from_config(alembic_config()).get_heads()) == 1


def test_names_sort_by_date() -> None:
    odd = [path.name for path in (ROOT / "migrations" / "versions").glob("*.py") if not _DATE_FIRST.match(path.name)]
    assert not odd, listed("name a migration YYYY_MM_DD_HHMM_what_it_does.py", odd)


#: SQLite cannot tell of an index over an expression; PostgreSQL compares it, and the tests that explain statements see both use it.
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
def test_models_and_migrations_agree(database: Database) -> None:
    config = alembic_config()
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.check(config)


def test_every_table_of_the_models_is_there(database: Database) -> None:
    assert set(METADATA.tables) <= _tables(database)


def test_the_way_back_and_forth_again(empty_database_url: str) -> None:
    database, config = Database(empty_database_url, HOUSE), alembic_config()
    try:
        migrate(database)
        built = _tables(database)
        with schema_scope(database) as connection:
            config.attributes["connection"] = connection
            command.downgrade(config, "base")
        assert _tables(database) <= {"alembic_version", "sqlite_sequence"}
        migrate(database)
        migrate(database)
        assert _tables(database) == built
    finally:
        database.dispose()
