"""Complete lists as a list: within what an officer may see, the newest first."""

from dataclasses import dataclass
from typing import Annotated

from sqlalchemy import ColumnElement, select

from app.enterprises.complete_lists.models import CompleteList
from app.kit.lists import filters
from app.kit.lists.source import ListSource, newest
from app.kit.lists.viewer import Viewer
from app.kit.permissions import within_region


def _withdrawn(asked: str, _viewer: Viewer) -> ColumnElement[bool]:
    return CompleteList.withdrawn_at.is_not(None) if asked else CompleteList.withdrawn_at.is_(None)


@dataclass(frozen=True)
class CompleteListFilter:
    """Which statements: those that stand, or those that were taken back."""

    withdrawn: Annotated[str, filters.Filter(filters.among(("1",)), _withdrawn, always=True)] = ""


COMPLETE_LISTS: ListSource[CompleteList, CompleteListFilter] = ListSource(
    kind=CompleteListFilter,
    visible=lambda viewer: select(CompleteList).where(
        within_region(CompleteList.region_code, viewer.actor.region_prefix)
    ),
    id=CompleteList.id,
    orders=newest(CompleteList.id),
)
