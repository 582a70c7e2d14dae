"""What every connection is told when it opens."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from app.kit.db import Database, as_json, read_scope, refresh_statistics
from tests.support.databases import Templates
from tests.support.house import HOUSE
from tests.support.source import listed, name_of, python_files

_JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
)


@dataclass
class Anything:
    """A record, which is no JSON."""


def test_postgresql_does_not_compile_our_statements(templates: Templates) -> None:
    database = Database(templates.postgres_url(), HOUSE)
    with read_scope(database) as session:
        assert session.scalar(text("show jit")) == "off"
    database.dispose()


def test_statistics_tell_of_what_was_just_written(database: Database) -> None:
    refresh_statistics(database)
    if database.dialect == "sqlite":
        return  # it plans by its indexes: nothing is kept, nothing goes wrong
    with read_scope(database) as session:
        known = session.scalar(text("SELECT reltuples FROM pg_class WHERE relname = 'region'"))
        assert known == session.scalar(text("SELECT count(*) FROM region")) > 0


@given(_JSON_VALUES)
def test_json_is_kept_as_the_library_writes_it(value: Any) -> None:
    assert json.loads(as_json(value)) == json.loads(json.dumps(value))


@pytest.mark.parametrize("value", [date(2021, 6, 30), Decimal(1), {"x": object()}, Anything()])
def test_what_is_no_json_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        as_json(value)


@pytest.mark.parametrize(("database", "synchronous"), [("deployed", 2), ("thrown away", 0)])
def test_sqlite_waits_for_the_disk_at_each_commit(tmp_path: Path, database: str, synchronous: int) -> None:
    url = f"sqlite:///{tmp_path}/yumiao.db"
    opened = Database(url, HOUSE) if database == "deployed" else Database(url, HOUSE, durable=False)
    with read_scope(opened) as session:
        assert session.scalar(text("pragma synchronous")) == synchronous, "0 is off, 1 normal, 2 full"
    opened.dispose()


def test_nothing_that_is_deployed_asks_for_less() -> None:
    asking = [name_of(path) for path in python_files() if "durable=" in path.read_text(encoding="utf-8")]
    assert asking == ["app/kit/db_copy.py"], listed(
        "a deployment's database is durable, but for a copy to be thrown away", asking
    )
