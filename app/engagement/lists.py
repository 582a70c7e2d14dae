"""Requests made of firms, and contacts with them, as lists: a firm's own, an officer's those of the firms in the region."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from sqlalchemy import ColumnElement, select

from app.engagement.domain.requests import RequestKind, RequestOutcome
from app.engagement.domain.visits import ContactMethod
from app.engagement.models import FirmRequest, Visit, VisitRound
from app.engagement.queries.rounds import rounds_visible_to
from app.enterprises import lists as enterprises
from app.enterprises.models import Enterprise
from app.enterprises.queries import visible_to
from app.enterprises.search_index import matching
from app.kit.lists import filters
from app.kit.lists.source import ListSource, newest
from app.kit.lists.viewer import Viewer

RequestRow = tuple[FirmRequest, Enterprise]
VisitRow = tuple[Visit, Enterprise]

# -- requests --------------------------------------------------------------------------------------------------------------

OPEN, OVERDUE, SETTLED, WITHDRAWN = "open", "overdue", "settled", "withdrawn"
STATES = (OPEN, OVERDUE, SETTLED, WITHDRAWN)


def _in_state(state: str, viewer: Viewer) -> ColumnElement[bool]:
    if state == SETTLED:
        return FirmRequest.outcome.in_((RequestOutcome.SUPPLIED, RequestOutcome.ANSWERED))
    if state == WITHDRAWN:
        return FirmRequest.outcome == RequestOutcome.WITHDRAWN
    unsettled = FirmRequest.settled_on.is_(None)
    return unsettled & (FirmRequest.due_on < viewer.on) if state == OVERDUE else unsettled


@dataclass(frozen=True)
class RequestFilter:
    """Which requests; what says nothing does not narrow. `officer` is who asked."""

    state: Annotated[str, filters.Filter(filters.among(STATES), _in_state)] = ""
    department: Annotated[str, filters.equals(FirmRequest.department)] = ""
    kind: Annotated[str, filters.Filter(filters.among(RequestKind), filters.equal(FirmRequest.kind))] = ""
    officer: Annotated[int | None, filters.number(FirmRequest.asked_by)] = None
    since: Annotated[date | None, filters.since(FirmRequest.asked_on)] = None
    until: Annotated[date | None, filters.until(FirmRequest.asked_on)] = None
    firm: Annotated[int | None, enterprises.firm(FirmRequest.enterprise_id)] = None
    q: Annotated[str, filters.search(matching)] = ""


REQUESTS: ListSource[RequestRow, RequestFilter] = ListSource(
    kind=RequestFilter,
    visible=lambda viewer: (
        select(FirmRequest, Enterprise)
        .join(Enterprise, Enterprise.id == FirmRequest.enterprise_id)
        .where(visible_to(viewer.actor))
    ),
    id=FirmRequest.id,
    orders=newest(FirmRequest.asked_on, FirmRequest.id),
)

# -- visits and calls ------------------------------------------------------------------------------------------------------


def _whose(said: str, viewer: Viewer) -> int | None:
    """Mine unless said otherwise; everybody's for what is no officer."""
    return filters.whole(said, viewer) if said else viewer.actor.id


@dataclass(frozen=True)
class VisitFilter:
    """Which contacts; what says nothing does not narrow. `waiting` are those whose promised call-back was not made."""

    officer: Annotated[int | None, filters.Filter(_whose, filters.equal(Visit.officer_id))] = None
    manner: Annotated[str, filters.Filter(filters.among(ContactMethod), filters.equal(Visit.manner))] = ""
    since: Annotated[date | None, filters.since(Visit.happened_on)] = None
    until: Annotated[date | None, filters.until(Visit.happened_on)] = None
    waiting: Annotated[
        bool, filters.flag(lambda _viewer: Visit.call_back_on.is_not(None) & Visit.called_back_on.is_(None))
    ] = False
    q: Annotated[str, filters.search(matching)] = ""


VISITS: ListSource[VisitRow, VisitFilter] = ListSource(
    kind=VisitFilter,
    visible=lambda viewer: (
        select(Visit, Enterprise).join(Enterprise, Enterprise.id == Visit.enterprise_id).where(visible_to(viewer.actor))
    ),
    id=Visit.id,
    orders=newest(Visit.happened_on, Visit.id),
)

# -- rounds of visits --------------------------------------------------------------------------------------------------------


def _over(closed: bool, _viewer: Viewer) -> ColumnElement[bool]:
    return VisitRound.closed_on.is_not(None) if closed else VisitRound.closed_on.is_(None)


@dataclass(frozen=True)
class RoundFilter:
    """Which rounds: those that run, or those that are `closed`."""

    closed: Annotated[bool, filters.Filter(filters.ticked, _over, always=True)] = False


ROUNDS: ListSource[VisitRound, RoundFilter] = ListSource(
    kind=RoundFilter,
    visible=lambda viewer: select(VisitRound).where(rounds_visible_to(viewer.actor)),
    id=VisitRound.id,
    orders=newest(VisitRound.id),
)
