"""What a department is asked, as a list: within the `scope` of its officer."""

from dataclasses import dataclass
from typing import Annotated

from sqlalchemy import ColumnElement, and_, func, not_

from app.cases.domain.state import CaseState
from app.cases.models import CaseFile
from app.cases.opinions.models import Opinion
from app.cases.opinions.queries import FAR, select_asked_of
from app.kit.lists import filters
from app.kit.lists.source import ListSource
from app.kit.lists.viewer import Viewer
from app.kit.paging import Keyset

DONE = "done"
AskedRow = tuple[Opinion, str, str, str]


def _shown(show: str, _viewer: Viewer) -> ColumnElement[bool]:
    waits = and_(Opinion.outcome == "", CaseFile.state == CaseState.OPEN)
    return not_(waits) if show == DONE else waits


@dataclass(frozen=True)
class AskedFilter:
    """Which questions: those that wait, by their day, or (`done`) those over and done with, the newest first."""

    show: Annotated[str, filters.Filter(filters.among((DONE,)), _shown, always=True)] = ""


ASKED: ListSource[AskedRow, AskedFilter] = ListSource(
    kind=AskedFilter,
    visible=lambda viewer: select_asked_of(viewer.actor),
    id=Opinion.id,
    orders={
        "due": Keyset([(func.coalesce(Opinion.due_on, FAR).label("due"), "asc"), (Opinion.id, "asc")]),
        DONE: Keyset([(Opinion.id, "desc")]),
    },
    usual=lambda wanted: wanted.show or "due",
    bound=1_000,
)
