"""What points at records of an import, and hence keeps them from being taken back."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.belongings import BELONGINGS, MergeFate
from app.kit.db import Base, composition_of
from app.kit.membership import one_of
from app.kit.pointers import pointing_at


def computed(session: Session) -> frozenset[str]:
    """The tables whose rows about a firm are computed, and go with it."""
    return frozenset(
        each.table.name for each in composition_of(session).of(BELONGINGS) if each.fate is MergeFate.COMPUTED
    )


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
    composition, target = composition_of(session), Base.metadata.tables[model.__tablename__]
    pointing = list(pointing_at(composition, target)) if ids else []
    if target.name == "enterprise":
        named = {(table.name, column.name) for table, column in pointing}
        pointing += [
            (each.table, each.owner)
            for each in composition.of(BELONGINGS)
            if each.holds and (each.table.name, each.column) not in named
        ]
    for table, column in pointing:
        if table.name in but:
            continue
        gone = going.get(table.name, ())
        for key, *own in session.execute(select(column, *table.primary_key.columns).where(one_of(column, list(ids)))):
            if tuple(own) not in gone and table.name not in found.setdefault(key, []):
                found[key].append(table.name)
    return {key: tables for key, tables in found.items() if tables}
