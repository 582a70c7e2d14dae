"""Bringing columns up to date: some subjects read anew, some gone, some new, the others as they were."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.policies.domain.facts.columns import Columns, FactColumn, Floats
from app.policies.domain.values.knowledge import Knowledge
from app.policies.domain.values.units import Unit

Ids = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class SubjectColumns:
    """Columns with the ids of their subjects, rising."""

    ids: Ids
    columns: Columns


def merged(old: SubjectColumns, fresh: SubjectColumns, ids: Ids) -> SubjectColumns:
    """What is known of the subjects `ids`: those in `fresh` from there, the others from `old`."""
    codes = {code: list(table) for code, table in old.columns.codes.items()}
    moved = {code: _moved(codes.setdefault(code, []), table) for code, table in fresh.columns.codes.items()}
    kept = _TakenColumns(old, ids, np.isin(old.ids, ids) & ~np.isin(old.ids, fresh.ids))
    new = _TakenColumns(fresh, ids, np.isin(fresh.ids, ids))
    columns = {}
    for key in [*old.columns.known, *(key for key in fresh.columns.known if key not in old.columns.known)]:
        after = fresh.columns.known.get(key)
        if after is not None and fresh.columns.catalogue[key.code].unit is Unit.CODE:
            after = _recoded(after, moved[key.code])
        columns[key] = _joined(len(ids), (kept, old.columns.known.get(key)), (new, after))
    return SubjectColumns(ids, Columns(fresh.columns.catalogue, len(ids), columns, codes))


class _TakenColumns:
    """Those subjects of some columns that are taken over, and their new places."""

    def __init__(self, known: SubjectColumns, ids: Ids, taken: NDArray[np.bool_]) -> None:
        self.taken = np.flatnonzero(taken)
        self.target = np.full(len(known.ids), -1)
        self.target[self.taken] = np.searchsorted(ids, known.ids[self.taken])


def _joined(size: int, *parts: tuple[_TakenColumns, FactColumn | None]) -> FactColumn:
    values = np.full(size, np.nan)
    rows: list[Ids] = []
    lows: list[Floats] = []
    highs: list[Floats] = []
    exact: dict[int, Knowledge] = {}
    for part, column in parts:
        if column is None:
            continue
        values[part.target[part.taken]] = column.values[part.taken]
        staying = part.target[column.rows] >= 0 if column.rows.size else np.empty(0, bool)
        rows.append(part.target[column.rows[staying]])
        lows.append(column.lows[staying])
        highs.append(column.highs[staying])
        exact |= {int(part.target[place]): known for place, known in column.exact.items() if part.target[place] >= 0}
    if not rows:
        return FactColumn(values)
    order = np.argsort(together := np.concatenate(rows))
    return FactColumn(values, together[order], np.concatenate(lows)[order], np.concatenate(highs)[order], exact)


def _moved(table: list[str], other: Sequence[str]) -> NDArray[np.float64]:
    """Where each code of `other` stands in `table`, which takes those it lacks."""
    places: Mapping[str, int] = {code: place for place, code in enumerate(table)}
    missing = [code for code in other if code not in places]
    table.extend(missing)
    return np.array([table.index(code) for code in other], np.float64)


def _recoded(column: FactColumn, places: NDArray[np.float64]) -> FactColumn:
    """A column of codes with their places in another table."""
    values = column.values.copy()
    known = ~np.isnan(values)
    values[known] = places[values[known].astype(np.int64)]
    return FactColumn(values, column.rows, column.lows, column.highs, column.exact)
