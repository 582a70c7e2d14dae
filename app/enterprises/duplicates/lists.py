"""Likely duplicates as a list: pairs of which an officer sees both firms, the likeliest first."""

from dataclasses import dataclass
from typing import Annotated

from sqlalchemy import ColumnElement, false, select
from sqlalchemy.orm import aliased

from app.enterprises.duplicates.models import DuplicatePair
from app.enterprises.duplicates.service import DuplicateDecision
from app.enterprises.imports.likely_rows import with_new_firm
from app.enterprises.imports.models import ImportRun
from app.enterprises.models import Enterprise
from app.kit.lists import filters
from app.kit.lists.source import ListSource
from app.kit.lists.viewer import Viewer
from app.kit.paging import Keyset
from app.kit.permissions import within_region

_ONE, _OTHER = aliased(Enterprise), aliased(Enterprise)


def _decided(decision: str, _viewer: Viewer) -> ColumnElement[bool]:
    return DuplicatePair.decision == decision


def _imported(import_id: int, viewer: Viewer) -> ColumnElement[bool]:
    run = viewer.session.get(ImportRun, import_id)
    return false() if run is None else with_new_firm(viewer.session, run)


@dataclass(frozen=True)
class DuplicateFilter:
    """Which pairs: those that wait, or (`decided`) those of which a person said this; of them (`imported`) those with a new firm of an import."""

    decided: Annotated[str, filters.Filter(filters.among(DuplicateDecision), _decided, always=True)] = ""
    imported: Annotated[int | None, filters.Filter(filters.whole, _imported)] = None


DUPLICATES: ListSource[DuplicatePair, DuplicateFilter] = ListSource(
    kind=DuplicateFilter,
    visible=lambda viewer: (
        select(DuplicatePair)
        .join(_ONE, _ONE.id == DuplicatePair.one_id)
        .join(_OTHER, _OTHER.id == DuplicatePair.other_id)
        .where(
            within_region(_ONE.region_code, viewer.actor.region_prefix),
            within_region(_OTHER.region_code, viewer.actor.region_prefix),
            _ONE.disabled_on.is_(None),
            _OTHER.disabled_on.is_(None),
        )
    ),
    id=DuplicatePair.id,
    orders={"likeliest": Keyset([(DuplicatePair.score_e4, "desc"), (DuplicatePair.id, "asc")])},
)
