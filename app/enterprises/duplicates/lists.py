"""Likely duplicates as a list: pairs of which an officer sees both firms, the likeliest first."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import aliased

from app.enterprises.duplicates.models import DuplicatePair
from app.enterprises.duplicates.service import DuplicateDecision
from app.enterprises.imports.likely_rows import with_new_firm
from app.enterprises.imports.models import ImportRun
from app.enterprises.models import Enterprise
from app.kit.lists import filters
from app.kit.lists.source import ListSource, both_ways
from app.kit.lists.viewer import Viewer
from app.kit.membership import one_of
from app.kit.permissions import within_region

#: The order in which pairs are gone through unless somebody asks for another.
LIKELIEST = "-score"
_ONE, _OTHER = aliased(Enterprise), aliased(Enterprise)


class DuplicateReason(StrEnum):
    """What agrees between two firms, as one looks for it in the queue."""

    CODE = "code"
    FORMER = "former"
    NAME = "name"
    SLIP = "slip"
    PHONE = "phone"
    PERSON = "person"
    ADDRESS = "address"


#: The kind of evidence and its levels that a reason stands for.
_LEVELS = {
    DuplicateReason.CODE: ("code", ("same", "same-organisation", "slip", "two-slips")),
    DuplicateReason.FORMER: ("name", ("former", "former-slip")),
    DuplicateReason.NAME: ("name", ("identical", "identical-short", "identical-elsewhere", "identical-head")),
    DuplicateReason.SLIP: (
        "name",
        (
            "same-sound",
            "look-alike",
            "transposed",
            "transposed-brand",
            "one-missing",
            "one-other",
            "one-other-brand",
            "shortened",
            "similar",
        ),
    ),
    DuplicateReason.PHONE: ("phone", ("same", "slip")),
    DuplicateReason.PERSON: ("representative", ("same", "slip", "same-masked")),
    DuplicateReason.ADDRESS: ("address", ("same", "part")),
}


def _decided(decision: str, _viewer: Viewer) -> ColumnElement[bool]:
    return DuplicatePair.decision == decision


def _imported(import_id: int, viewer: Viewer) -> ColumnElement[bool]:
    run = viewer.session.get(ImportRun, import_id)
    return false() if run is None else with_new_firm(viewer.session, run)


def _likely(percent: int, _viewer: Viewer) -> ColumnElement[bool]:
    return DuplicatePair.score_e4 >= min(percent, 101) * 100


def _region(code: str, _viewer: Viewer) -> ColumnElement[bool]:
    return or_(within_region(_ONE.region_code, code), within_region(_OTHER.region_code, code))


def _observed(reason: str, _viewer: Viewer) -> ColumnElement[bool]:
    kind, levels = _LEVELS[DuplicateReason(reason)]
    agrees: ColumnElement[bool] = DuplicatePair.observed[kind].as_string().in_(levels)
    return agrees


@dataclass(frozen=True)
class DuplicateFilter:
    """Which pairs: those that wait, or (`decided`) those of which a person said this; of them (`imported`) those with a new firm of an import.

    `score` is the least likelihood in percent, `region` where one of the two lies, `reason` what agrees.
    """

    decided: Annotated[str, filters.Filter(filters.among(DuplicateDecision), _decided, always=True)] = ""
    score: Annotated[int | None, filters.Filter(filters.whole, _likely)] = None
    region: Annotated[str, filters.Filter(filters.text, _region)] = ""
    reason: Annotated[str, filters.Filter(filters.among(DuplicateReason), _observed)] = ""
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
    orders=both_ways("score", DuplicatePair.score_e4, DuplicatePair.id)
    | both_ways("name", _ONE.name_pinyin, DuplicatePair.id)
    | both_ways("found", DuplicatePair.found_at, DuplicatePair.id),
    usual=lambda _wanted: LIKELIEST,
)


def list_decided(viewer: Viewer, ids: Collection[int]) -> list[DuplicatePair]:
    """Those of the pairs that the viewer sees and of which a person has said something."""
    decided = DUPLICATES.visible(viewer).where(one_of(DuplicatePair.id, ids), DuplicatePair.decision != "")
    return list(viewer.session.scalars(decided.order_by(DuplicatePair.id))) if ids else []


def is_among(viewer: Viewer, wanted: DuplicateFilter, pair: DuplicatePair) -> bool:
    """Whether the pair is one of those that a filter leaves."""
    found = DUPLICATES.select(viewer, wanted).where(DuplicatePair.id == pair.id).with_only_columns(DuplicatePair.id)
    return viewer.session.scalar(found) is not None
