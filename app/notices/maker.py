"""From what is to be told to rows: a notice a person, a delivery a channel; what was told before is not told again."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from app.kit.clock import start_of_day, today
from app.kit.db import insert_into
from app.notices.domain.delivery import CHANNELS, Channel, DeliveryState, DeliveryTiming
from app.notices.domain.topics import Notification, Text, render
from app.notices.models import Notice, NoticeDelivery
from app.notices.preferences import Preferences, load_preferences
from app.notices.recipients import Directory, NoticeAccount
from app.reference.calendar import WorkCalendar
from app.reference.queries import work_calendar

#: The columns that make a notice the same one.
KEY = (
    Notice.account_kind,
    Notice.account_id,
    Notice.topic,
    Notice.subject_kind,
    Notice.subject_id,
    Notice.period,
)
KEY_NAMES = tuple(column.key for column in KEY)
_CHUNK = 200
#: More messages of one topic to one person from one batch are no news but a flood.
MOST_AT_ONCE = 5


@dataclass(frozen=True)
class Ways:
    """The channels that are set up, and the hour of the Shanghai day at which digests are sent."""

    channels: tuple[Channel, ...] = ()
    digest_hour: int = 8


@dataclass(frozen=True)
class PlannedNotice:
    """A notice to be: whose, what about, and how it leaves the house."""

    account: NoticeAccount
    notification: Notification
    text: Text
    manners: tuple[tuple[Channel, DeliveryTiming], ...]

    @property
    def key(self) -> tuple[Any, ...]:
        """What makes it the same notice as one that was made before."""
        one = self.notification
        return (*self.account.key, one.topic.code, one.subject_kind, one.subject_id, one.period)

    def in_digest(self) -> "PlannedNotice":
        """The same, but not at once."""
        return replace(self, manners=tuple((channel, DeliveryTiming.DIGEST) for channel, _manner in self.manners))


def plan_notices(session: Session, notifications: Sequence[Notification], ways: Ways) -> list[PlannedNotice]:
    """What would be told anew, to whom and how; writes nothing."""
    directory = Directory(session, (notification.to for notification in notifications))
    meant = [
        (account, notification, text)
        for notification in notifications
        for account in directory.accounts(notification.to)
        if (text := notification.topic.text_for(account.reader)) is not None
    ]
    wishes = load_preferences(session, {account.key for account, _notification, _text in meant})
    planned = {
        one.key: one
        for account, notification, text in meant
        for one in [PlannedNotice(account, notification, text, _manners(account, notification, wishes, ways))]
    }
    notified = _notified_already(session, planned.keys())
    return _calmed([one for key, one in planned.items() if key not in notified])


def _calmed(planned: list[PlannedNotice]) -> list[PlannedNotice]:
    """Who would hear of one topic many times at once (a bulk step, a hand-over) hears of it in the digest."""
    numbers = Counter((one.account.key, one.notification.topic.code) for one in planned)
    return [
        one.in_digest() if numbers[one.account.key, one.notification.topic.code] > MOST_AT_ONCE else one
        for one in planned
    ]


def make_notices(session: Session, notifications: Iterable[Notification], ways: Ways, now: datetime) -> int:
    """Write what is told anew, with its deliveries; returns how many notices. Whoever writes the same one first counts."""
    planned = plan_notices(session, list(notifications), ways)
    next_digest = digest_at(now, ways.digest_hour, work_calendar(session)) if planned else now
    made = 0
    for start in range(0, len(planned), _CHUNK):
        made += _write(session, planned[start : start + _CHUNK], now, next_digest)
    return made


def digest_at(now: datetime, hour: int, calendar: WorkCalendar) -> datetime:
    """When the next digest is sent: at `hour` (Shanghai) of this working day, else of the next one."""
    day = today(now)
    if not calendar.is_working(day) or now >= _at(day, hour):
        day = calendar.add(day, 1)
    return _at(day, hour)


def _at(day: date, hour: int) -> datetime:
    return start_of_day(day) + timedelta(hours=hour)


def _manners(
    account: NoticeAccount, notification: Notification, wishes: Preferences, ways: Ways
) -> tuple[tuple[Channel, DeliveryTiming], ...]:
    open_ways = (way for way in ways.channels if CHANNELS[way].reaches(account.kind, account.email))
    found = ((way, wishes.manner(account.key, notification.topic.group, way)) for way in open_ways)
    return tuple((way, manner) for way, manner in found if manner is not DeliveryTiming.OFF)


def _notified_already(session: Session, keys: Collection[tuple[Any, ...]]) -> set[tuple[Any, ...]]:
    wanted, found = list(keys), set()
    for start in range(0, len(wanted), _CHUNK):
        some = tuple_(*KEY).in_(wanted[start : start + _CHUNK])
        found |= {tuple(row) for row in session.execute(select(*KEY).where(some))}
    return found


def _write(session: Session, planned: Sequence[PlannedNotice], now: datetime, next_digest: datetime) -> int:
    statement = insert_into(session, Notice).values([_row(one, now) for one in planned])
    made = session.execute(statement.on_conflict_do_nothing().returning(Notice.id, *KEY)).all()
    by_key = {one.key: one for one in planned}
    deliveries = [
        _delivery(row.id, channel, manner, next_digest if manner is DeliveryTiming.DIGEST else now)
        for row in made
        for channel, manner in by_key[tuple(row)[1:]].manners
    ]
    if deliveries:
        session.execute(insert_into(session, NoticeDelivery).values(deliveries))
    return len(made)


def _row(one: PlannedNotice, now: datetime) -> dict[str, Any]:
    text = render(one.text, one.notification.words)
    return {
        **dict(zip(KEY_NAMES, one.key, strict=True)),
        "title_zh": text.title_zh,
        "title_en": text.title_en,
        "body_zh": text.body_zh,
        "body_en": text.body_en,
        "path": text.path,
        "position": one.notification.position,
        "made_at": now,
    }


def _delivery(notice_id: int, channel: Channel, manner: DeliveryTiming, at: datetime) -> dict[str, Any]:
    return {
        "notice_id": notice_id,
        "channel": channel,
        "digest": manner is DeliveryTiming.DIGEST,
        "state": DeliveryState.WAITING,
        "attempts": 0,
        "next_at": at,
        "error": "",
    }
