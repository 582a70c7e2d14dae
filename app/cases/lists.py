"""Cases as a list, and the register of firms narrowed by its cases."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated, Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, literal_column, select, true
from sqlalchemy.orm import Session, contains_eager, defer

from app.cases.domain.state import CaseState
from app.cases.loads import OVERDUE, SOON, SOON_DAYS, Lying, lying_visible_to
from app.cases.models import FAR, CaseFile, CaseMarker
from app.cases.queries import due_within, marked_in, overdue, scope
from app.enterprises.lists import ENTERPRISES, WIDE, EnterpriseFilter
from app.enterprises.models import Enterprise
from app.enterprises.search_index import matching
from app.journal.tallies import keeps
from app.kit.actor import ActorKind
from app.kit.lists import filters
from app.kit.lists.filters import NOBODY
from app.kit.lists.source import ListSource, both_ways
from app.kit.lists.viewer import Viewer
from app.kit.paging import Keyset
from app.kit.permissions import within_region

_NUMBER_BEGUN = re.compile(r"[A-Z]{2,4}-")
_STAGE_SEPARATOR = "/"


def _soon(viewer: Viewer) -> ColumnElement[bool]:
    return due_within(viewer.on, viewer.on + timedelta(days=SOON_DAYS))


def _words(session: Session, said: str) -> ColumnElement[bool]:
    """A whole or begun case number (`QJ-GQ-20`), or words in the firm's names, initials and codes."""
    begun = said.strip().upper()[:24]
    if _NUMBER_BEGUN.match(begun):
        return within_region(CaseFile.number, begun)
    by_firm = matching(session, said)
    return false() if by_firm is None else by_firm


@dataclass(frozen=True)
class CaseFilter:
    """Which cases of those the viewer sees; what says nothing does not narrow. `reached` is the year of `marker`."""

    programme: Annotated[str, filters.equals(CaseFile.programme_code)] = ""
    year: Annotated[int | None, filters.number(CaseFile.year)] = None
    round: Annotated[str, filters.equals(CaseFile.round)] = ""
    stage: Annotated[str, filters.equals(CaseFile.stage)] = ""
    state: Annotated[str, filters.Filter(filters.among(CaseState), filters.equal(CaseFile.state))] = ""
    officer: Annotated[int | None, filters.officer(CaseFile.officer_id)] = None
    overdue: Annotated[bool, filters.flag(lambda viewer: overdue(viewer.on))] = False
    soon: Annotated[bool, filters.flag(_soon)] = False
    marker: Annotated[str, filters.Filter(filters.text)] = ""
    reached: Annotated[int | None, filters.Filter(filters.year)] = None
    q: Annotated[str, filters.search(_words)] = ""
    enterprise_id: Annotated[int | None, filters.inner(CaseFile.enterprise_id)] = None


def _reached(wanted: CaseFilter, _viewer: Viewer) -> list[ColumnElement[bool]]:
    if not wanted.marker:
        return []
    marked = and_(CaseMarker.case_id == CaseFile.id, CaseMarker.marker == wanted.marker)
    return [exists().where(marked, marked_in(wanted.reached) if wanted.reached else true())]


#: What is told apart where cases are counted and kept.
_TOLD_APART = ("programme", "year", "stage", "state", "officer", "overdue", "soon")


def kept_of(viewer: Viewer, wanted: CaseFilter) -> Mapping[Lying, int] | None:
    """How many cases the filter leaves, by where they lie; None where that is not kept, or not by what the filter asks."""
    told = {name: getattr(wanted, name) for name in _TOLD_APART}
    of_one_firm = viewer.actor.kind is ActorKind.ENTERPRISE
    if of_one_firm or replace(CaseFilter(), **told) != wanted or not keeps(viewer.session):
        return None
    found = lying_visible_to(viewer.session, viewer.actor, viewer.on)
    return {lying: n for lying, n in found.items() if _leaves(wanted, lying)}


def _leaves(wanted: CaseFilter, lying: Lying) -> bool:
    """Whether the filter leaves cases that lie so: what its conditions say of rows."""
    return (
        wanted.programme in ("", lying.programme)
        and wanted.year in (None, lying.year)
        and wanted.stage in ("", lying.stage)
        and wanted.state in ("", lying.state)
        and wanted.officer in (None, NOBODY if lying.officer_id is None else lying.officer_id)
        and (not wanted.overdue or lying.due == OVERDUE)
        and (not wanted.soon or lying.due == SOON)
    )


def _number(viewer: Viewer, wanted: CaseFilter) -> int | None:
    found = kept_of(viewer, wanted)
    return None if found is None else sum(found.values())


_DAY = func.coalesce(CaseFile.next_due_on, literal_column(FAR))
CASES: ListSource[CaseFile, CaseFilter] = ListSource(
    kind=CaseFilter,
    visible=lambda viewer: select(CaseFile).join(CaseFile.enterprise).where(scope(viewer.actor)),
    id=CaseFile.id,
    orders=both_ways("number", CaseFile.number)
    | {
        "due": Keyset([(_DAY.label("next_due"), "asc"), (CaseFile.number, "asc")]),
        "-stage_entered_on": Keyset([(CaseFile.stage_entered_on, "desc"), (CaseFile.number, "desc")]),
        "name": Keyset([(Enterprise.name_pinyin, "asc"), (CaseFile.number, "asc")]),
    },
    usual=lambda _wanted: "-number",
    beyond=_reached,
    kept=_number,
    options=(contains_eager(CaseFile.enterprise).options(*(defer(column) for column in WIDE)),),
)


def firms_of(viewer: Viewer, wanted: CaseFilter) -> Select[Any]:
    """The ids of the firms whose cases the filter leaves, as often as they have one; narrows other lists."""
    ids: Select[Any] = CASES.select(viewer, wanted).with_only_columns(CaseFile.enterprise_id)
    return ids


# -- the register, narrowed by its cases ---------------------------------------------------------------------------------


def _a_stage(said: str, _viewer: Viewer) -> str | None:
    return said if _STAGE_SEPARATOR in said else None


def _in_stage(said: str, viewer: Viewer) -> ColumnElement[bool]:
    programme, _separator, stage = said.partition(_STAGE_SEPARATOR)
    wanted = CaseFilter(programme=programme, stage=stage, state=CaseState.OPEN)
    return Enterprise.id.in_(firms_of(viewer, wanted))


@dataclass(frozen=True)
class FirmFilter(EnterpriseFilter):
    """Which firms, also by the stage (`programme/stage`) that an open case of theirs stands in."""

    stage: Annotated[str, filters.Filter(_a_stage, _in_stage)] = ""


#: Of the columns of a firm, those that no column of the list shows.
UNSHOWN = (
    Enterprise.uscc_note,
    Enterprise.name_pinyin,
    Enterprise.name_initials,
    Enterprise.registered_key,
    Enterprise.kind,
    Enterprise.capital_key,
    Enterprise.capital_remark,
    Enterprise.field_detail,
    Enterprise.disabled_reason,
    Enterprise.version,
    Enterprise.created_at,
)
FIRMS = replace(
    ENTERPRISES.of_kind(FirmFilter),
    plain=True,
    options=(*ENTERPRISES.options, *(defer(column, raiseload=True) for column in UNSHOWN)),
)
