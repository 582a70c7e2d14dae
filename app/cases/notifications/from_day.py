"""What a day tells: deadlines that come near or have passed, certificates that end. Derived from the tables, never from flags."""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from app.cases.models import CaseFile
from app.cases.notifications import deadlines, topics
from app.cases.notifications.deadlines import FIRM, Deadline, DeadlinePeriod
from app.cases.notifications.from_events import department_titles
from app.enterprises.expiry import MONTHS_BEFORE, certificate_titles, ends_between, months_reached
from app.enterprises.models import Certificate, Enterprise
from app.enterprises.queries import candidates
from app.kit.periods import months_later
from app.notices.domain.delivery import deadline_stage
from app.notices.domain.topics import Notification, To, Topic
from app.notices.sources import Day

#: What was missed longer ago is told no more: a bureau that begins to use notices is not flooded with the past.
LATE_FOR = timedelta(days=7)
#: A year before 29 February is 28 February: so much later may lie what a year ahead is asked for.
_SHORT_MONTHS = timedelta(days=3)


def notifications_of_day(session: Session, day: Day) -> Iterator[Notification]:
    """Everything the day brings; the same notice again on the following days, which is made once only."""
    yield from _near(session, day)
    yield from _passed(session, day)
    yield from _certificates(session, day.on)


def _near(session: Session, day: Day) -> Iterator[Notification]:
    span = DeadlinePeriod(day.on, day.on + timedelta(days=max(day.days_before, default=0)), true())
    for one in deadlines.milestones(session, span):
        yield from _reminded(topics.MILESTONE_NEAR, one, day)
    for one in deadlines.corrections(session, span):
        yield from _reminded(topics.CORRECTION_NEAR, one, day)
    for one in deadlines.clocks(session, span):
        yield from _reminded(topics.CLOCK_RUNNING_OUT, one, day)
    for one in deadlines.duties(session, span):
        yield from _reminded(topics.DUTY_DUE, one, day)
    for one in deadlines.supervisions(session, span):
        yield from _reminded(topics.SUPERVISION_NEAR, one, day)


def _passed(session: Session, day: Day) -> Iterator[Notification]:
    span = DeadlinePeriod(day.on - LATE_FOR, day.on - timedelta(days=1), true())
    for one in deadlines.clocks(session, span):
        yield _notification(topics.CLOCK_RUN_OUT, one, To(officers=_officers(one), heads_of=one.case.region), "")
    for one in deadlines.duties(session, span):
        yield _notification(topics.DUTY_MISSED, one, To(officers=_officers(one), firm=_firm(one)), "")
    names = department_titles(session)
    for one in deadlines.opinions(session, span):
        to = To(officers=_officers(one), department=one.department, region=one.case.region)
        notified = _notification(topics.OPINION_OVERDUE, one, to, "")
        named = {"department": names.get(one.department, one.department), "opinion": one.id, "question": one.text}
        yield Notification(**{**vars(notified), "words": {**notified.words, **named}})


def _reminded(topic: Topic, one: Deadline, day: Day) -> Iterator[Notification]:
    stage = deadline_stage(one.on, day.on, day.days_before)
    if stage is not None:
        yield _notification(topic, one, To(officers=_officers(one), firm=_firm(one)), f"-{stage}")


def _notification(topic: Topic, one: Deadline, to: To, stage: str) -> Notification:
    """Once for each day that the deadline lies on, and each reminder of it: a postponed one is told anew."""
    words = one.case.and_words(title=one.title, due_on=one.on.isoformat(), remark=one.text, request=one.text)
    return Notification(topic, one.kind, one.subject_id, to, f"{one.on.isoformat()}{stage}", words)


def _officers(one: Deadline) -> tuple[int, ...]:
    return (one.officer_id,) if one.officer_id else one.case.officers


def _firm(one: Deadline) -> int | None:
    return one.case.row.enterprise_id if one.by == FIRM else None


def _certificates(session: Session, on: date) -> Iterator[Notification]:
    """Certificates that end within a year; the officer of the case that led to one hears of it too."""
    titles, until = certificate_titles(session), months_later(on, max(MONTHS_BEFORE)) + _SHORT_MONTHS
    statement = (
        select(Certificate, Enterprise.uscc, Enterprise.name, CaseFile.officer_id)
        .join(Enterprise, Enterprise.id == Certificate.enterprise_id)
        .outerjoin(CaseFile, CaseFile.number == Certificate.case_number)
        .where(Certificate.kind.in_(sorted(titles)), ends_between(on, until), candidates())
        .order_by(Certificate.expires_on, Certificate.id)
    )
    for row, uscc, firm, officer_id in session.execute(statement):
        ends = row.expires_on or date.max
        months = months_reached(ends, on)
        if months is None:
            continue
        yield Notification(
            topics.CERTIFICATE_ENDING,
            "certificate",
            str(row.id),
            To(officers=(officer_id,) if officer_id else (), firm=row.enterprise_id),
            f"{ends.isoformat()}-{months}m",
            {
                "title": titles[row.kind],
                "firm": firm,
                "uscc": uscc,
                "certificate": row.number,
                "due_on": ends.isoformat(),
            },
        )
