"""Where what is told comes from: a slice names its topics and says what journal events, and what a day, bring about."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from sqlalchemy.orm import Session

from app.journal.follower import Follower
from app.journal.models import JournalEvent
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.db import Database, read_scope, session_scope
from app.kit.slices import Composition, Port
from app.notices.calendar import CalendarEntry, Entries, Window
from app.notices.domain.topics import Notification, Topic
from app.notices.maker import Ways, make_notices

FOLLOWER = "notices"
BATCH = 200


@dataclass(frozen=True)
class Day:
    """A legal day, and how many days before a deadline people are reminded, in any order."""

    on: date
    days_before: tuple[int, ...] = (7, 1)


def batches(notifications: Iterable[Notification]) -> Iterator[list[Notification]]:
    """The tellings in lists that one transaction can take."""
    waiting = iter(notifications)
    while some := list(islice(waiting, BATCH)):
        yield some


FromEvents = Callable[[Session, Sequence[JournalEvent]], Iterable[Notification]]
FromDay = Callable[[Session, Day], Iterable[Notification]]


@dataclass(frozen=True)
class NoticeSources:
    """The topics of one slice, or of all, and what brings them about."""

    topics: tuple[Topic, ...] = ()
    from_events: tuple[FromEvents, ...] = ()
    from_day: tuple[FromDay, ...] = ()
    entries: tuple[Entries, ...] = ()

    def notified_by(self, session: Session, events: Sequence[JournalEvent]) -> list[Notification]:
        """What a batch of events tells."""
        return [notification for source in self.from_events for notification in source(session, events)]

    def notified_on(self, session: Session, day: Day) -> Iterator[Notification]:
        """What a day tells; most of it was told before, and is made once only."""
        for source in self.from_day:
            yield from source(session, day)

    def entries_of(self, session: Session, actor: Actor, window: Window) -> Iterator[CalendarEntry]:
        """What a person's calendar shows."""
        for source in self.entries:
            yield from source(session, actor, window)


SOURCES: Port[NoticeSources] = Port(
    "topic", NoticeSources, keys=lambda sources: (topic.code for topic in sources.topics)
)


def sources_of(composition: Composition) -> NoticeSources:
    """All slices' sources as one."""
    found = composition.of(SOURCES)
    return NoticeSources(
        tuple(topic for part in found for topic in part.topics),
        tuple(source for part in found for source in part.from_events),
        tuple(source for part in found for source in part.from_day),
        tuple(source for part in found for source in part.entries),
    )


def follower(sources: NoticeSources, ways: Ways) -> Follower:
    """Who makes notices of the journal's events, in the transaction that moves its position."""

    def effect(session: Session, events: Sequence[JournalEvent], now: datetime) -> None:
        make_notices(session, sources.notified_by(session, events), ways, now)

    return Follower(FOLLOWER, effect)


def tell_day(
    database: Database, sources: NoticeSources, ways: Ways, days_before: tuple[int, ...], now: datetime
) -> int:
    """Make the notices that the present day brings; running it again, or in two processes at once, adds none. Returns how many."""
    made = 0
    with read_scope(database) as session:
        notifications = list(sources.notified_on(session, Day(today(now), days_before)))
    for some in batches(notifications):
        with session_scope(database) as session:
            made += make_notices(session, some, ways, now)
    return made
