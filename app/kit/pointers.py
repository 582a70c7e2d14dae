"""Which tables point at another: told by the tables' own foreign keys, so that no new table can be forgotten."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Table

from app.kit.db import TABLES, Base
from app.kit.slices import Composition


def pointing_at(composition: Composition, target: Table) -> Iterator[tuple[Table, Column[Any]]]:
    """Every table and column that points at rows of `target`, in all slices of the house: a command may not have loaded them yet."""
    composition.of(TABLES)
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if any(key.column.table is target for key in column.foreign_keys):
                yield table, column
