"""Reading rounds of visits and their stops. Whoever sees a region sees the rounds planned in it."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from app.engagement.models import FirmRequest, VisitRound, VisitStop
from app.enterprises.models import Contact, Enterprise
from app.enterprises.queries import visible_to
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.permissions import within_region


@dataclass(frozen=True)
class RoundProgress:
    """How many firms a round has, how many were seen, how many skipped."""

    stops: int = 0
    seen: int = 0
    skipped: int = 0

    @property
    def left(self) -> int:
        """How many are still to be seen."""
        return self.stops - self.seen - self.skipped


def rounds_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Rounds within the actor's region."""
    return within_region(VisitRound.region_code, actor.region_prefix)


def get_round_visible_to(session: Session, actor: Actor, round_id: int) -> VisitRound:
    """A round; raises `NotFound`."""
    found = session.scalars(select(VisitRound).where(rounds_visible_to(actor), VisitRound.id == round_id)).one_or_none()
    if found is None:
        raise NotFound("engagement.round", _("没有找到这一轮走访。"))
    return found


def progress_of(session: Session, round_ids: list[int]) -> dict[int, RoundProgress]:
    """How far these rounds are; one query."""
    statement = (
        select(
            VisitStop.round_id,
            func.count(),
            func.count(VisitStop.visit_id),
            func.sum(case((VisitStop.skipped != "", 1), else_=0)),
        )
        .where(VisitStop.round_id.in_(round_ids))
        .group_by(VisitStop.round_id)
    )
    return {row[0]: RoundProgress(row[1], row[2], row[3] or 0) for row in session.execute(statement)}


def list_stops(session: Session, round_id: int) -> list[tuple[VisitStop, Enterprise]]:
    """The stops of a round with their firms, day by day in order."""
    statement = (
        select(VisitStop, Enterprise)
        .join(Enterprise, Enterprise.id == VisitStop.enterprise_id)
        .where(VisitStop.round_id == round_id)
        .order_by(VisitStop.planned_on, VisitStop.ordinal, VisitStop.id)
    )
    return [(row[0], row[1]) for row in session.execute(statement)]


def get_stop(session: Session, round_id: int, stop_id: int) -> VisitStop:
    """A stop of the round; raises `NotFound`."""
    found = session.get(VisitStop, stop_id)
    if found is None or found.round_id != round_id:
        raise NotFound("engagement.stop", _("没有找到这一站。"))
    return found


def list_waiting_stops(session: Session, enterprise_id: int) -> list[VisitStop]:
    """The stops of running rounds at which the firm is still to be seen."""
    statement = (
        select(VisitStop)
        .join(VisitRound, VisitRound.id == VisitStop.round_id)
        .where(
            VisitStop.enterprise_id == enterprise_id,
            VisitStop.visit_id.is_(None),
            VisitStop.skipped == "",
            VisitRound.closed_on.is_(None),
        )
    )
    return list(session.scalars(statement.order_by(VisitStop.id)))


def list_requests(session: Session, round_id: int) -> list[FirmRequest]:
    """The open requests for visits that planning the round has made."""
    statement = select(FirmRequest).where(
        FirmRequest.what == request_code(round_id), FirmRequest.settled_on.is_(None), FirmRequest.kind == "visit"
    )
    return list(session.scalars(statement))


def request_code(round_id: int) -> str:
    """What a visit's request is called that belongs to a round."""
    return f"round-{round_id}"


def list_firms_visible_to(session: Session, actor: Actor, ids: list[int]) -> list[Enterprise]:
    """These firms, of those the actor sees, by place and name."""
    statement = select(Enterprise).where(visible_to(actor), Enterprise.id.in_(ids))
    order = (Enterprise.region_code, Enterprise.name_pinyin, Enterprise.id)
    return list(session.scalars(statement.order_by(*order)))


def list_contacts(session: Session, ids: list[int]) -> dict[int, Contact]:
    """Whom to ask for at each firm: the main contact, else the first one on file; one query."""
    statement = select(Contact).where(Contact.enterprise_id.in_(ids)).order_by(Contact.is_primary, Contact.id.desc())
    return {row.enterprise_id: row for row in session.scalars(statement)}
