"""Likely duplicates as a list: pairs of which an officer sees both firms, the likeliest first."""

from dataclasses import dataclass
from typing import Annotated

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from app.enterprises.duplicates.models import DuplicatePair
from app.enterprises.duplicates.service import DuplicateDecision
from app.enterprises.models import Enterprise
from app.kit.lists import filters
from app.kit.lists.source import ListSource
from app.kit.lists.viewer import Viewer
from app.kit.paging import Keyset
from app.kit.permissions import within_region

_ONE, _OTHER = aliased(Enterprise), aliased(Enterprise)


def _decided(decision: str, _viewer: Viewer) -> ColumnElement[bool]:
    return DuplicatePair.decision == decision


@dataclass(frozen=True)
class DuplicateFilter:
    """Which pairs: those that wait, or (`decided`) those of which a person said this."""

    decided: Annotated[str, filters.Filter(filters.among(DuplicateDecision), _decided, always=True)] = ""


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
