"""Lists as of a past day: tables read as they stood, by taking back what the journal says changed since.

Inside `past_scope` a temporary view stands before each traced table under the table's own name, so that every list, count
and export reads the past without knowing it. Nothing of it outlives the transaction, which never writes.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from sqlalchemy import Table, bindparam, text
from sqlalchemy.orm import Session
from sqlalchemy.types import Date

from app.kit.clock import end_of_day
from app.kit.db import Base, Database, UtcDateTime, scratch_scope
from app.kit.slices import Port

DATA = "data."
"""Begins a field that stands beside the changes of an event: `data.from_officer_id`."""


@dataclass(frozen=True)
class Traced:
    """How the past of a table is found. SQL speaks of a row as `t`.

    `key` gives the row's subject id in the journal, `fields` the journal's field for each traced column, `began` the
    instant from which the row exists. `derived` columns are SQL of their own, over the row and `past_moment` (`until`,
    `day`); `None` is a column whose past is not known.
    """

    model: type[Base]
    kind: str
    key: str
    fields: Mapping[str, str]
    began: str = "created_at"
    derived: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def table(self) -> Table:
        """The traced table."""
        return cast(Table, self.model.__table__)


#: The tables whose past can be read.
TRACED: Port[Traced] = Port("traced table", Traced, keys=lambda traced: (traced.table.name,))


@contextmanager
def past_scope(database: Database, day: date) -> Iterator[Session]:
    """A session that reads every traced table as it stood at the end of the legal day `day`; it cannot write."""
    with scratch_scope(database) as session:
        _remember_moment(session, day)
        traced = database.composition.of(TRACED)
        _collect_changes(session, traced)
        for each in traced:
            session.execute(text(_view(session, each)))
        yield session


def _remember_moment(session: Session, day: date) -> None:
    dialect = session.get_bind().dialect
    columns = ", ".join(f"{name} {kind().compile(dialect)}" for name, kind in (("until", UtcDateTime), ("day", Date)))
    session.execute(text(f"CREATE TEMPORARY TABLE past_moment ({columns})"))
    session.execute(
        text("INSERT INTO past_moment VALUES (:until, :day)").bindparams(
            bindparam("until", end_of_day(day), UtcDateTime()), bindparam("day", day, Date())
        )
    )


# -- what was changed first since then is what was true then -------------------------------------------------------------

_COLLECT = {
    "sqlite": """
INSERT INTO past_change
SELECT e.subject_kind, e.subject_id, c.key, json_extract(c.value, '$[0]'), min(e.position)
FROM journal_event e, json_each(e.changes) c
WHERE e.at >= (SELECT until FROM past_moment) AND e.subject_kind IN ({kinds})
GROUP BY 1, 2, 3""",
    "postgresql": """
INSERT INTO past_change
SELECT DISTINCT ON (e.subject_kind, e.subject_id, c.key)
       e.subject_kind, e.subject_id, c.key, c.value ->> 0, e.position
FROM journal_event e, jsonb_each(e.changes) c
WHERE e.at >= (SELECT until FROM past_moment) AND e.subject_kind IN ({kinds})
ORDER BY e.subject_kind, e.subject_id, c.key, e.position""",
}
_COLLECT_DATA = {
    "sqlite": """
INSERT INTO past_change
SELECT e.subject_kind, e.subject_id, 'data.{name}', json_extract(e.data, '$.{name}'), min(e.position)
FROM journal_event e
WHERE e.at >= (SELECT until FROM past_moment) AND e.subject_kind = '{kind}' AND json_type(e.data, '$.{name}') IS NOT NULL
GROUP BY 1, 2, 3""",
    "postgresql": """
INSERT INTO past_change
SELECT DISTINCT ON (e.subject_id) e.subject_kind, e.subject_id, 'data.{name}', e.data ->> '{name}', e.position
FROM journal_event e
WHERE e.at >= (SELECT until FROM past_moment) AND e.subject_kind = '{kind}' AND jsonb_exists(e.data, '{name}')
ORDER BY e.subject_id, e.position""",
}


def _collect_changes(session: Session, traced: Sequence[Traced]) -> None:
    dialect = session.get_bind().dialect.name
    plain = ' COLLATE "C"' if dialect == "postgresql" else ""
    session.execute(
        text(
            f"CREATE TEMPORARY TABLE past_change (kind text{plain}, subject text{plain}, field text{plain}, "
            f"value {'text' + plain if plain else ''}, position bigint)"
        )
    )
    kinds = ", ".join(sorted({f"'{each.kind}'" for each in traced})) or "''"
    session.execute(text(_COLLECT[dialect].format(kinds=kinds)))
    for kind, name in sorted(_data_fields(traced)):
        session.execute(text(_COLLECT_DATA[dialect].format(kind=kind, name=name)))
    session.execute(text("CREATE INDEX past_change_field ON past_change (kind, field, subject)"))


def _data_fields(traced: Sequence[Traced]) -> set[tuple[str, str]]:
    return {
        (each.kind, path.removeprefix(DATA))
        for each in traced
        for path in each.fields.values()
        if path.startswith(DATA)
    }


# -- the view that stands before a table ---------------------------------------------------------------------------------


_VIEW = """
CREATE TEMPORARY VIEW {table} AS SELECT {columns}
FROM {home}.{table} t WHERE t.{began} < (SELECT until FROM past_moment)"""


def _view(session: Session, traced: Traced) -> str:
    dialect = session.get_bind().dialect
    home = "main" if dialect.name == "sqlite" else session.scalar(text("SELECT current_schema()"))
    columns = ",\n".join(f"{_column(traced, column, dialect)} AS {column.name}" for column in traced.table.columns)
    return _VIEW.format(table=traced.table.name, columns=columns, home=home, began=traced.began)


def _column(traced: Traced, column: Any, dialect: Any) -> str:
    name = column.name
    if name in traced.derived:
        sql = traced.derived[name]
        return sql if sql is not None else _nothing(column, dialect)
    if name not in traced.fields:
        return f"t.{name}"
    changed = f"FROM past_change p WHERE p.kind = '{traced.kind}' AND p.subject = {traced.key} AND p.field = '{traced.fields[name]}'"
    before = f"(SELECT {_typed('p.value', column, dialect)} {changed})"
    return f"CASE WHEN EXISTS (SELECT 1 {changed}) THEN {before} ELSE t.{name} END"


def _typed(sql: str, column: Any, dialect: Any) -> str:
    return sql if dialect.name == "sqlite" else f"CAST({sql} AS {_sql_type(column, dialect)})"


def _nothing(column: Any, dialect: Any) -> str:
    return "NULL" if dialect.name == "sqlite" else f"CAST(NULL AS {_sql_type(column, dialect)})"


def _sql_type(column: Any, dialect: Any) -> str:
    """The column's type as PostgreSQL casts to it: without the collation, which the value has already."""
    return str(column.type.compile(dialect)).split(" COLLATE ", maxsplit=1)[0]
