"""Rounds of visits: planned from a list, put in order, firms skipped, closed. One event each; a planned visit is a request."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.accounts.queries import list_active_officers
from app.engagement import actions, events
from app.engagement.domain.requests import RequestedItem, RequestKind, RequestOutcome
from app.engagement.domain.rounds import MOST_STOPS, StopAt, decide_running, decide_untouched, moved, plan_days
from app.engagement.models import VisitRound, VisitStop
from app.engagement.queries.rounds import get_stop, list_requests, list_stops, request_code
from app.engagement.schemas import AskFirm, MoveStop, PlanRound, SkipStop
from app.engagement.service.asking import close_request, new_request
from app.engagement.service.objections import Findings, find_known
from app.enterprises.models import Enterprise
from app.enterprises.service.recording import note, require_change
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.errors import Invalid
from app.kit.i18n import _
from app.kit.permissions import Place, require
from app.reference.queries import work_calendar


def visited_lately(session: Session, firms: Sequence[Enterprise], on: date) -> Findings:
    """The firms that were visited, or promised a visit, within the set period."""
    return find_known(session, [firm.id for firm in firms], RequestedItem(RequestKind.VISIT, ""), on)


def plan_round(
    session: Session, *, actor: Actor, now: datetime, firms: Sequence[Enterprise], given: PlanRound
) -> VisitRound:
    """Plan a round: firms by township and name over working days. One event for it and one a firm, whose visit is now asked for.

    Firms visited within the set period are left out unless a reason is given. Raises `Invalid`: nobody to see, days that do
    not suffice, a start that is over, an officer who cannot go; `Forbidden`; `Conflict` (a firm out of use).
    """
    for firm in firms:
        require_change(actor, actions.PLAN, firm)
    wanted = [firm for firm in firms if given.reason or firm.id not in visited_lately(session, firms, today(now))]
    _check(session, given, firms, len(wanted), today(now))
    days = _working_days(session, given.starts_on, given.days)
    stops = [StopAt(firm.id, firm.region_code, firm.name_pinyin) for firm in wanted]
    plan = plan_days(stops, days, given.per_day)
    row = VisitRound(
        title=given.title,
        purpose=given.purpose,
        officer_id=given.officer_id,
        region_code=actor.region_prefix,
        starts_on=given.starts_on,
        created_by=actor.name,
        created_at=now,
    )
    session.add(row)
    session.flush()
    session.add_all(
        VisitStop(round_id=row.id, enterprise_id=one.enterprise_id, planned_on=one.day, ordinal=one.ordinal)
        for one in plan
    )
    _ask(session, actor, now, row, wanted, given)
    _note(session, actor, now, row, events.ROUND_PLANNED, {"stops": len(plan), "until": plan[-1].day})
    return row


def move_stop(
    session: Session, *, actor: Actor, now: datetime, round: VisitRound, stop_id: int, given: MoveStop
) -> VisitStop:
    """Put a stop one place up or down in its day, or at the end of another day. One event. Raises `Conflict` when it is done."""
    stop = _touchable(session, actor, round, stop_id)
    stops = [row for row, _firm in list_stops(session, round.id)]
    if given.day is not None and given.day != stop.planned_on:
        before, stop.planned_on = stop.planned_on, given.day
        _number([row for row in stops if row.planned_on == before])
        _number([row for row in stops if row.planned_on == given.day and row is not stop] + [stop])
        changes = {"day": (before, given.day)}
    else:
        by_key = {row.id: row for row in stops if row.planned_on == stop.planned_on}
        _number([by_key[key] for key in moved(list(by_key), stop.id, given.step)])
        changes = {}
    _touch(session, round)
    _note(session, actor, now, round, events.STOP_MOVED, _firm_reported(session, stop), changes)
    return stop


def skip_stop(
    session: Session, *, actor: Actor, now: datetime, round: VisitRound, stop_id: int, given: SkipStop
) -> VisitStop:
    """Leave a firm of the round out, with the reason; its visit is no longer asked for. One event. Raises `Conflict`."""
    stop = _touchable(session, actor, round, stop_id)
    stop.skipped = given.reason
    _withdraw(session, actor, now, round, {stop.enterprise_id})
    _touch(session, round)
    reported = _firm_reported(session, stop)
    reported["note"] = f"{reported['note']}：{given.reason}"
    _note(session, actor, now, round, events.STOP_SKIPPED, reported)
    return stop


def close_round(session: Session, *, actor: Actor, now: datetime, round: VisitRound) -> None:
    """End the round; visits that were not made are no longer asked for. One event. Raises `Conflict` when it is over."""
    require(actor, actions.PLAN, Place(round.region_code))
    decide_running(round.closed_on)
    left = {
        stop.enterprise_id for stop, _firm in list_stops(session, round.id) if not stop.visit_id and not stop.skipped
    }
    round.closed_on = today(now)
    _withdraw(session, actor, now, round, left)
    _touch(session, round)
    _note(session, actor, now, round, events.ROUND_CLOSED, {"left": len(left)})


def _check(session: Session, given: PlanRound, firms: Iterable[Enterprise], n: int, on: date) -> None:
    problems: dict[str, str] = {}
    if given.starts_on < on:
        problems["starts_on"] = _("开始日期不能早于今天。")
    officers = list_active_officers(session, actions.PLAN.roles, (firm.region_code for firm in firms))
    if given.officer_id is not None and given.officer_id not in {officer.id for officer in officers}:
        problems["officer_id"] = _("请从列表中选择。")
    if n > MOST_STOPS:
        problems["days"] = _("一轮走访最多 %(n)s 家企业，请分几轮安排。") % {"n": MOST_STOPS}
    if problems:
        raise Invalid("engagement.round", " ".join(problems.values()), problems)


def _working_days(session: Session, start: date, n: int) -> list[date]:
    calendar, day, found = work_calendar(session), start, list[date]()
    while len(found) < n:
        if calendar.is_working(day):
            found.append(day)
        day += timedelta(days=1)
    return found


def _ask(
    session: Session, actor: Actor, now: datetime, row: VisitRound, firms: Iterable[Enterprise], given: PlanRound
) -> None:
    asked = AskFirm(kind=RequestKind.VISIT, what=request_code(row.id), message=given.purpose, reason=given.reason)
    for firm in firms:
        session.add(new_request(actor, now, firm, asked, row.title))
        note(session, actor, firm, events.ASKED, now, data={"note": row.title, "round": row.id, "kind": asked.kind})


def _withdraw(session: Session, actor: Actor, now: datetime, row: VisitRound, firms: set[int]) -> None:
    for request in list_requests(session, row.id):
        if request.enterprise_id in firms:
            close_request(request, RequestOutcome.WITHDRAWN, actor.name, today(now))


def _touchable(session: Session, actor: Actor, row: VisitRound, stop_id: int) -> VisitStop:
    require(actor, actions.PLAN, Place(row.region_code))
    decide_running(row.closed_on)
    stop = get_stop(session, row.id, stop_id)
    decide_untouched(stop.visit_id, stop.skipped)
    return stop


def _number(stops: Sequence[VisitStop]) -> None:
    for ordinal, stop in enumerate(stops):
        stop.ordinal = ordinal


def _touch(session: Session, row: VisitRound) -> None:
    row.version += 1
    session.flush()


def _firm_reported(session: Session, stop: VisitStop) -> dict[str, object]:
    return {"note": session.get_one(Enterprise, stop.enterprise_id).name, "stop": stop.id}


def _note(
    session: Session,
    actor: Actor,
    now: datetime,
    row: VisitRound,
    event: str,
    data: dict[str, object],
    changes: dict[str, tuple[date | None, date]] | None = None,
) -> None:
    subject = SubjectKey("visit_round", str(row.id), row.title, region_code=row.region_code)
    record(session, actor=actor, now=now, type=event, subject=subject, data=data, changes=changes)
