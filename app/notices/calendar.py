"""A person's deadlines as an iCalendar: whole days of Asia/Shanghai, each under a name that stays when it moves."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from app.kit.actor import Actor
from app.kit.clock import start_of_day

if TYPE_CHECKING:
    import icalendar

#: What a calendar shows, around today.
BACK, AHEAD = timedelta(days=31), timedelta(days=400)


@dataclass(frozen=True)
class CalendarEntry:
    """Something due on the legal day `on`; `uid` names it for ever, `path` is where it is looked after."""

    uid: str
    on: date
    title: str
    text: str = ""
    path: str = ""


@dataclass(frozen=True)
class Window:
    """The days that are asked for."""

    since: date
    until: date


Entries = Callable[[Session, Actor, Window], Iterable[CalendarEntry]]


def around(on: date) -> Window:
    """The days that a calendar shows on the day `on`."""
    return Window(on - BACK, on + AHEAD)


def write_calendar(entries: Iterable[CalendarEntry], *, name: str, base_url: str) -> bytes:
    """The calendar; the same entries give the same bytes, so that a reader who has them is told so."""
    import icalendar  # here, for no start need wait for it

    host = urlsplit(base_url).hostname or "localhost"
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Yumiao//zh-CN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", "Asia/Shanghai")
    calendar.add("refresh-interval", timedelta(hours=6), parameters={"VALUE": "DURATION"})
    for entry in sorted(entries, key=lambda entry: (entry.on, entry.uid)):
        calendar.add_component(_event(entry, host, base_url))
    written: bytes = calendar.to_ical()
    return written


def _event(entry: CalendarEntry, host: str, base_url: str) -> "icalendar.Event":
    import icalendar

    event = icalendar.Event()
    event.add("uid", f"{entry.uid}@{host}")
    event.add("dtstamp", start_of_day(entry.on))
    event.add("dtstart", entry.on)
    event.add("dtend", entry.on + timedelta(days=1))
    event.add("summary", entry.title)
    event.add("transp", "TRANSPARENT")
    if entry.text:
        event.add("description", entry.text)
    if entry.path:
        event.add("url", f"{base_url.rstrip('/')}{entry.path}")
    return event
