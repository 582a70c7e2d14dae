"""Sweeps, and the firms of one under one policy, as lists: within what an officer may see."""

from dataclasses import dataclass
from typing import Annotated, Any

from sqlalchemy import ColumnElement, exists, func, literal_column, select
from sqlalchemy.orm import Session, load_only

from app.enterprises.lists import UNKNOWN_REGION
from app.enterprises.models import Enterprise
from app.enterprises.queries import visible_to
from app.enterprises.search_index import matching
from app.kit.actor import Actor
from app.kit.db import is_postgresql
from app.kit.lists import filters
from app.kit.lists.source import ListSource, newest
from app.kit.lists.viewer import Viewer
from app.kit.paging import Keyset
from app.kit.permissions import within_region
from app.policies.models import Sweep, SweepLine
from app.policies.sweeps.domain import SweepStatus
from app.policies.sweeps.queries import BY_STANDING, reaches, sees_all

LineRow = tuple[SweepLine, Enterprise]


@dataclass(frozen=True)
class SweepFilter:
    """Which sweeps: all that concern the officer's region."""


SWEEPS: ListSource[Sweep, SweepFilter] = ListSource(
    kind=SweepFilter,
    visible=lambda viewer: select(Sweep).where(reaches(viewer.actor)),
    id=Sweep.id,
    orders=newest(Sweep.id),
)


# -- lines --------------------------------------------------------------------------------------------------------------


def _stands(standing: str, _viewer: Viewer) -> ColumnElement[bool]:
    return BY_STANDING[standing]


def _waits_for(code: str, viewer: Viewer) -> ColumnElement[bool]:
    """Lines among whose missing facts is `code`."""
    if is_postgresql(viewer.session):
        return SweepLine.missing.op("@>")(func.jsonb_build_array(code))
    items = func.json_each(SweepLine.missing).table_valued("value")
    return exists(select(literal_column("1")).select_from(items).where(items.c.value == code))


def _within(region: str, _viewer: Viewer) -> ColumnElement[bool]:
    known = within_region(Enterprise.region_code, region)
    return Enterprise.region_code == "" if region == UNKNOWN_REGION else known


def _seen(whole: bool, viewer: Viewer) -> ColumnElement[bool] | None:
    return None if whole else visible_to(viewer.actor)


def _ticked(usccs: tuple[str, ...], _viewer: Viewer) -> ColumnElement[bool]:
    return Enterprise.uscc.in_(usccs)


@dataclass(frozen=True)
class SweepLineFilter:
    """Which lines of a sweep; what says nothing does not narrow.

    `usccs` are the ticked firms; `whole`: the whole sweep lies within the viewer's region (`queries.sees_all`).
    """

    policy: Annotated[str, filters.equals(SweepLine.policy_code)] = ""
    standing: Annotated[str, filters.Filter(filters.among(SweepStatus), _stands)] = ""
    missing: Annotated[str, filters.Filter(filters.text, _waits_for)] = ""
    region: Annotated[str, filters.Filter(filters.text, _within)] = ""
    q: Annotated[str, filters.search(matching)] = ""
    usccs: Annotated[tuple[str, ...], filters.Filter(None, _ticked)] = ()
    sweep_id: Annotated[int | None, filters.inner(SweepLine.sweep_id)] = None
    whole: Annotated[bool, filters.Filter(None, _seen, always=True)] = False


#: The most a firm can still score; of policies without a score nobody has any.
_REACH = func.coalesce(SweepLine.score_high, 0).label("reach")
_FIRM = load_only(
    Enterprise.uscc, Enterprise.name, Enterprise.name_pinyin, Enterprise.region_code, Enterprise.disabled_on
)

LINES: ListSource[LineRow, SweepLineFilter] = ListSource(
    kind=SweepLineFilter,
    visible=lambda _viewer: (
        select(SweepLine, Enterprise).select_from(SweepLine).join(Enterprise, Enterprise.id == SweepLine.enterprise_id)
    ),
    id=SweepLine.id,
    #: Nearest first: outcome, unmet and unknown rise together, in the order of the index.
    orders={
        "nearest": Keyset(
            [
                (SweepLine.outcome, "asc"),
                (SweepLine.unmet, "asc"),
                (SweepLine.unknown, "asc"),
                (SweepLine.enterprise_id, "asc"),
            ]
        ),
        "score": Keyset([(_REACH, "desc"), (SweepLine.enterprise_id, "asc")]),
        "name": Keyset([(Enterprise.name_pinyin, "asc"), (Enterprise.id, "asc")]),
    },
    options=(_FIRM,),
)


def of_sweep(actor: Actor, sweep: Sweep) -> dict[str, Any]:
    """What a filter of lines says of a sweep that the actor reads."""
    return {"sweep_id": sweep.id, "whole": sees_all(actor, sweep)}


def list_firms(viewer: Viewer, wanted: SweepLineFilter, limit: int) -> list[Enterprise]:
    """The firms of the filtered lines, nearest first, `limit` at most."""
    return [firm for _line, firm in LINES.page(viewer, wanted, limit=limit).items]


def list_swept_firms(session: Session, ids: list[int]) -> list[Enterprise]:
    """These firms, with what lists show of them."""
    return list(session.scalars(select(Enterprise).options(_FIRM).where(Enterprise.id.in_(ids))))
