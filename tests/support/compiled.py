"""Statements are compiled to SQL once a worker, not once a test: every engine of one kind shares a dialect and its cache.

Each test has an engine of its own, and SQLAlchemy compiles for each engine anew: for long statements that took most of a test.
"""

from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.util import LRUCache

_STATEMENTS = 5_000
_dialects: dict[type[Dialect], Dialect] = {}
_caches: dict[type[Dialect], LRUCache[Any, Any]] = {}


def share() -> None:
    """From now on in this process."""
    for kind in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        kind.engine_created = classmethod(_created)  # type: ignore[assignment,method-assign]  # SQLAlchemy's own hook


def _created(kind: type[Dialect], engine: Engine) -> None:
    engine._compiled_cache = _caches.setdefault(kind, LRUCache(_STATEMENTS))
    if kind in _dialects:
        engine.dialect = _dialects[kind]
    else:
        # A dialect learns from its first connection what the server can do; whoever connects first has taught it for all.
        event.listen(engine, "connect", lambda *_: _dialects.setdefault(kind, engine.dialect), once=True)
