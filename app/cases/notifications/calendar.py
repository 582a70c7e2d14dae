"""The deadlines of casework in a person's calendar: an officer's cases, a firm's own part, a department's questions."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import chain

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from app.cases.models import CaseFile
from app.cases.notifications import deadlines
from app.cases.notifications.deadlines import FIRM, Deadline, DeadlinePeriod
from app.cases.opinions.models import Opinion
from app.cases.oversight.models import Supervision
from app.engagement.models import FirmRequest, Visit
from app.enterprises.expiry import certificate_titles, list_ending
from app.enterprises.models import Enterprise
from app.kit.actor import Actor, ActorKind
from app.kit.permissions import within_region
from app.notices.calendar import CalendarEntry, Window

#: What is owed stays in a calendar however late it is; open ones are few.
LONG_AGO = date.min


def entries(session: Session, actor: Actor, window: Window) -> Iterable[CalendarEntry]:
    """What this person has to keep in mind."""
    if actor.kind is ActorKind.ENTERPRISE:
        return chain(
            _of_firm(session, actor, window), _requests(session, actor, window), _certificates(session, actor, window)
        )
    if actor.traits.outside:
        return _of_department(session, actor, window)
    return chain(_of_officer(session, actor, window), _call_backs(session, actor, window))


def _of_officer(session: Session, actor: Actor, window: Window) -> Iterator[CalendarEntry]:
    mine = _span(window, CaseFile.officer_id == actor.id)
    owed = replace(mine, since=LONG_AGO)
    asked = _span(window, Supervision.officer_id == actor.id)
    for one in chain(
        deadlines.milestones(session, mine),
        deadlines.clocks(session, mine),
        deadlines.duties(session, owed),
        deadlines.corrections(session, mine),
        deadlines.opinions(session, mine),
        deadlines.supervisions(session, asked),
    ):
        yield _entry(one, f"{one.title.zh} · {one.case.row.enterprise.name}", f"/cases/{one.case.row.number}")


def _of_firm(session: Session, actor: Actor, window: Window) -> Iterator[CalendarEntry]:
    own = _span(window, CaseFile.enterprise_id == actor.enterprise_id)
    owed = replace(own, since=LONG_AGO)
    found = chain(
        deadlines.milestones(session, own), deadlines.duties(session, owed), deadlines.corrections(session, owed)
    )
    for one in found:
        if one.by == FIRM:
            yield _entry(one, f"{one.title.zh} · {one.case.programme.title.zh}", f"/portal/cases/{one.case.row.number}")


def _certificates(session: Session, actor: Actor, window: Window) -> Iterator[CalendarEntry]:
    """The last day of each certificate of the firm."""
    found = list_ending(session, actor.enterprise_id or 0, window.since, window.until)
    titles = certificate_titles(session) if found else {}
    for row, ends_on in found:
        title = titles[row.kind].zh if row.kind in titles else row.kind
        yield CalendarEntry(f"certificate-{row.id}", ends_on, f"{title} 到期", f"证书编号 {row.number}", "/portal")


def _of_department(session: Session, actor: Actor, window: Window) -> Iterator[CalendarEntry]:
    """What a department was asked; it knows the firm and the question, and no more."""
    asked = and_(Opinion.department == actor.department, within_region(Enterprise.region_code, actor.region_prefix))
    for one in deadlines.opinions(session, _span(window, asked)):
        yield CalendarEntry(
            f"opinion-{one.id}",
            one.on,
            f"{one.title.zh} · {one.case.row.enterprise.name}",
            one.text,
            f"/department/{one.id}",
        )


def _call_backs(session: Session, actor: Actor, window: Window) -> Iterator[CalendarEntry]:
    statement = (
        select(Visit.id, Visit.call_back_on, Enterprise.name, Enterprise.uscc)
        .join(Enterprise, Enterprise.id == Visit.enterprise_id)
        .where(
            Visit.officer_id == actor.id,
            Visit.called_back_on.is_(None),
            Visit.call_back_on.between(window.since, window.until),
        )
    )
    for row in session.execute(statement):
        yield CalendarEntry(
            f"call-back-{row.id}", row.call_back_on, f"回访 · {row.name}", "", f"/enterprises/{row.uscc}"
        )


def _requests(session: Session, actor: Actor, window: Window) -> Iterator[CalendarEntry]:
    statement = select(FirmRequest).where(
        FirmRequest.enterprise_id == actor.enterprise_id,
        FirmRequest.settled_on.is_(None),
        FirmRequest.due_on <= window.until,
    )
    for row in session.scalars(statement):
        assert row.due_on is not None
        yield CalendarEntry(f"request-{row.id}", row.due_on, row.title, row.message, f"/portal/requests/{row.id}")


def _span(window: Window, condition: ColumnElement[bool]) -> DeadlinePeriod:
    return DeadlinePeriod(window.since, window.until, condition)


def _entry(one: Deadline, title: str, path: str) -> CalendarEntry:
    text = f"{one.case.programme.title.zh}，受理编号 {one.case.row.number}"
    return CalendarEntry(f"{one.kind}-{one.id}", one.on, title, f"{text}\n{one.text}".strip(), path)
