"""What points at records: found by the tables' own foreign keys, so that no new table can be forgotten."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Table, select
from sqlalchemy.orm import Session

from app.kit.db import TABLES, Base, composition_of
from app.kit.membership import one_of
from app.kit.slices import Composition, Port

#: Tables whose rows about a firm are computed, or are part of it, and go with it.
COMPUTED: Port[type[Base]] = Port("computed about a firm", type)
#: Tables that name a firm without a foreign key and still need it.
_SOFT = {"handover_item": "enterprise_id"}


def pointing_at(composition: Composition, model: type[Base]) -> Iterator[tuple[Table, Column[Any]]]:
    """Every table and column that points at rows of a table, in all slices of the house: a command may not have loaded them yet."""
    composition.of(TABLES)
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            firm = model.__tablename__ == "enterprise" and _SOFT.get(table.name) == column.name
            if firm or any(key.column.table is model.__table__ for key in column.foreign_keys):
                yield table, column


def references(
    session: Session,
    model: type[Base],
    ids: Sequence[int],
    *,
    going: Mapping[str, Collection[tuple[Any, ...]]],
    but: Collection[str] = (),
) -> dict[int, list[str]]:
    """By id the tables that point at a row; rows that are `going` themselves (by table, their primary keys) do not count."""
    found: dict[int, list[str]] = {}
    for table, column in pointing_at(composition_of(session), model) if ids else ():
        if table.name in but:
            continue
        gone = going.get(table.name, ())
        for key, *own in session.execute(select(column, *table.primary_key.columns).where(one_of(column, list(ids)))):
            if tuple(own) not in gone and table.name not in found.setdefault(key, []):
                found[key].append(table.name)
    return {key: tables for key, tables in found.items() if tables}
