"""Imports, their rows, rows that wait for a decision, and what stayed of one taken back, as lists: within what an officer may see."""

from dataclasses import dataclass
from typing import Annotated

from sqlalchemy import ColumnElement, and_, select

from app.enterprises.imports.domain import ImportState, RowOutcome
from app.enterprises.imports.models import ImportLeftover, ImportRow, ImportRun, ImportSheet, RememberedMapping
from app.enterprises.imports.queries import is_open
from app.kit.lists import filters
from app.kit.lists.source import ListSource, newest
from app.kit.lists.viewer import Viewer
from app.kit.paging import Keyset
from app.kit.permissions import within_region

RowOfRun = tuple[ImportRow, ImportRun, ImportSheet]


def _within(viewer: Viewer) -> ColumnElement[bool]:
    return within_region(ImportRun.region_prefix, viewer.actor.region_prefix)


@dataclass(frozen=True)
class ImportFilter:
    """Which imports: all that the officer may see."""


IMPORTS: ListSource[ImportRun, ImportFilter] = ListSource(
    kind=ImportFilter,
    visible=lambda viewer: select(ImportRun).where(_within(viewer)),
    id=ImportRun.id,
    orders=newest(ImportRun.id),
)


def _waits(_value: bool, _viewer: Viewer) -> ColumnElement[bool]:
    return and_(is_open(), ImportRun.state.in_((ImportState.STARTED, ImportState.FINISHED)))


@dataclass(frozen=True)
class ImportRowFilter:
    """Which rows: with an outcome, of one run, or (`waiting`) of all runs those that wait for a decision."""

    outcome: Annotated[str, filters.Filter(filters.among(RowOutcome), filters.equal(ImportRow.outcome))] = ""
    reason: Annotated[str, filters.equals(ImportRow.main_reason)] = ""
    sheet: Annotated[int | None, filters.number(ImportRow.sheet)] = None
    run_id: Annotated[int | None, filters.inner(ImportRow.run_id)] = None
    waiting: Annotated[bool, filters.Filter(None, _waits)] = False


IMPORT_ROWS: ListSource[RowOfRun, ImportRowFilter] = ListSource(
    kind=ImportRowFilter,
    visible=lambda viewer: (
        select(ImportRow, ImportRun, ImportSheet)
        .join(ImportRun, ImportRun.id == ImportRow.run_id)
        .join(ImportSheet, and_(ImportSheet.run_id == ImportRow.run_id, ImportSheet.position == ImportRow.sheet))
        .where(_within(viewer))
    ),
    id=ImportRow.id,
    orders={
        "newest": Keyset([(ImportRow.id, "desc")]),
        "file": Keyset([(ImportRow.sheet, "asc"), (ImportRow.row_number, "asc")]),
    },
    usual=lambda wanted: "newest" if wanted.waiting else "file",
)


@dataclass(frozen=True)
class LeftoverFilter:
    """What stayed of one import."""

    run_id: Annotated[int | None, filters.inner(ImportLeftover.run_id)] = None


LEFTOVERS: ListSource[ImportLeftover, LeftoverFilter] = ListSource(
    kind=LeftoverFilter,
    visible=lambda viewer: (
        select(ImportLeftover).join(ImportRun, ImportRun.id == ImportLeftover.run_id).where(_within(viewer))
    ),
    id=ImportLeftover.id,
    orders={"found": Keyset([(ImportLeftover.id, "asc")])},
)


@dataclass(frozen=True)
class RememberedFilter:
    """Which remembered mappings: all of the offices that the officer may see."""


REMEMBERED: ListSource[RememberedMapping, RememberedFilter] = ListSource(
    kind=RememberedFilter,
    visible=lambda viewer: select(RememberedMapping).where(
        within_region(RememberedMapping.region_prefix, viewer.actor.region_prefix)
    ),
    id=RememberedMapping.id,
    orders=newest(RememberedMapping.id),
)
