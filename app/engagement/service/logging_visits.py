"""Writing down that somebody spoke with a firm. One event on the firm."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.engagement import actions, events
from app.engagement.domain.requests import RequestKind, RequestOutcome
from app.engagement.domain.visits import ContactMethod, decide_log
from app.engagement.models import Visit
from app.engagement.queries.requests import list_open_visits
from app.engagement.queries.rounds import list_waiting_stops
from app.engagement.queries.visits import get_of_firm, list_promised
from app.engagement.schemas import AskFirm, LogVisit
from app.engagement.service.asking import check_asked, close_request, new_request
from app.enterprises.models import Enterprise
from app.enterprises.service.recording import note, require_change
from app.kit.actor import Actor, ActorKind
from app.kit.clock import end_of_day, today

MOMENT = timedelta(seconds=1)


def log_visit(session: Session, *, actor: Actor, now: datetime, enterprise: Enterprise, given: LogVisit) -> Visit:
    """Write down a visit to or a call with a firm; it makes good the actor's promised call-backs.

    A visit settles what was asked for as visits and ticks off the firm's stops of running rounds; one that nobody had asked
    for counts as a request of its own. Raises `Forbidden`, `Conflict` (firm retired), `Invalid` (days), `NotFound` (answers).
    """
    require_change(actor, actions.LOG, enterprise)
    happened_on = given.happened_on or today(now)
    decide_log(happened_on, given.call_back_on, today(now))
    _make_good(session, actor, enterprise, given.answers, happened_on)
    visit = _row(actor, now, enterprise, given, happened_on)
    session.add(visit)
    session.flush()
    if given.manner is ContactMethod.VISIT:
        _count_visit(session, actor, now, enterprise, visit)
    note(session, actor, enterprise, events.CONTACTED, now, data=_reported(visit))
    return visit


def _row(actor: Actor, now: datetime, enterprise: Enterprise, given: LogVisit, happened_on: date) -> Visit:
    return Visit(
        enterprise_id=enterprise.id,
        officer_id=actor.id if actor.kind is ActorKind.OFFICER else None,
        officer_name=actor.name,
        manner=given.manner,
        happened_on=happened_on,
        text=given.text,
        people=given.people,
        call_back_on=given.call_back_on,
        case_number=given.case_number or None,
        created_at=now,
    )


def _make_good(session: Session, actor: Actor, enterprise: Enterprise, answers: int | None, on: date) -> None:
    """The call-backs that are made with this contact: the one named, and all that the actor has promised the firm."""
    promised = list_promised(session, enterprise.id, actor.id, on)
    if answers is not None:
        promised.append(get_of_firm(session, enterprise.id, answers))
    for visit in promised:
        if visit.called_back_on is None:
            visit.called_back_on = on
            visit.version += 1


def _count_visit(session: Session, actor: Actor, now: datetime, enterprise: Enterprise, visit: Visit) -> None:
    for stop in list_waiting_stops(session, enterprise.id):
        stop.visit_id = visit.id
    asked = list_open_visits(session, enterprise.id)
    if not asked:
        given = AskFirm(kind=RequestKind.VISIT, case_number=visit.case_number or "")
        asked = [new_request(actor, now, enterprise, given, check_asked(session, given))]
        asked[0].asked_on, asked[0].asked_at = visit.happened_on, min(now, end_of_day(visit.happened_on) - MOMENT)
        session.add_all(asked)
        session.flush()
    for request in asked:
        close_request(request, RequestOutcome.ANSWERED, actor.name, max(visit.happened_on, request.asked_on))
    session.flush()


def _reported(visit: Visit) -> dict[str, Any]:
    data = {"note": visit.text[:200], "visit": visit.id, "manner": visit.manner, "on": visit.happened_on}
    return data | ({"case": visit.case_number} if visit.case_number else {})
