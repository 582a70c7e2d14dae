"""Telling SQLite's planner what it cannot know: that nearly every row of a register lies in its officer's region.

Without the hint it would gather and sort a whole county to show fifty firms by name. PostgreSQL keeps statistics.
"""

from typing import Any

from sqlalchemy import Boolean, ColumnElement, and_, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class likely(GenericFunction[bool]):  # noqa: N801 - the name of the SQL function
    """The condition, with the hint that it holds for almost every row."""

    type = Boolean()
    inherit_cache = True


@compiles(likely)
def _plain(element: likely, compiler: SQLCompiler, **kw: Any) -> str:
    return f"({compiler.process(element.clauses, **kw)})"


@compiles(likely, "sqlite")
def _hinted(element: likely, compiler: SQLCompiler, **kw: Any) -> str:
    return f"likely({compiler.process(element.clauses, **kw)})"


def likely_within(column: Any, prefix: str) -> ColumnElement[bool]:
    """Like `kit.permissions.within_region`, for a prefix that holds most rows (an officer's own region)."""
    if not prefix:
        return true()
    beyond = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    return and_(likely(column >= prefix), likely(column < beyond))
