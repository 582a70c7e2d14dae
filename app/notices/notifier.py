"""The threads that tell: one follows the journal and the day, one for each channel sends. None of them is a page's."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

from app.journal.follower import follow
from app.kit.clock import today, utc_now
from app.kit.db import Database
from app.notices.channels.port import ChannelAdapter
from app.notices.maker import Ways
from app.notices.message_templates import Renderer
from app.notices.sender import Sender
from app.notices.sources import NoticeSources, follower, tell_day

log = logging.getLogger(__name__)
IDLE_SECONDS = 1.0


@dataclass(frozen=True)
class NotifierRun:
    """What one run did: events followed, notices made of the day, messages sent by channel."""

    events: int
    of_day: int
    sent: dict[str, int]


@dataclass(frozen=True)
class Notifier:
    """Everything that telling needs; made once by the composition root."""

    database: Database
    sources: NoticeSources
    ways: Sequence[ChannelAdapter]
    renderer: Renderer
    digest_hour: int = 8
    days_before: tuple[int, ...] = (7, 1)
    clock: Callable[[], datetime] = utc_now
    _last_day: list[date] = field(default_factory=list)

    @property
    def open_ways(self) -> Ways:
        """The channels that are set up, and when digests go out."""
        return Ways(tuple(way.channel for way in self.ways), self.digest_hour)

    def senders(self) -> list[Sender]:
        """One for each channel."""
        return [Sender(self.database, way, self.renderer, self.clock) for way in self.ways]

    def follow(self) -> int:
        """Make the notices of what the journal tells; returns how many events were followed."""
        return follow(self.database, follower(self.sources, self.open_ways), now=self.clock())

    def tell_day(self) -> int:
        """Make the notices of the present day."""
        return tell_day(self.database, self.sources, self.open_ways, self.days_before, self.clock())

    def run_once(self) -> NotifierRun:
        """Follow, tell the day, send all that is due, in this thread."""
        events, of_day = self.follow(), self.tell_day()
        return NotifierRun(events, of_day, {str(sender.way.channel): sender.send_due() for sender in self.senders()})

    def keep_up(self) -> None:
        """Follow; and tell the day when it is a new one."""
        self.follow()
        day = today(self.clock())
        if self._last_day != [day]:
            self.tell_day()
            self._last_day[:] = [day]


class NotifierThreads:
    """Runs a notifier beside the server until told to stop."""

    def __init__(self, notifier: Notifier) -> None:
        self._stop = threading.Event()
        self._threads = [self._thread("notices", notifier.keep_up)]
        for sender in notifier.senders():
            work = partial(sender.send_due, self._stop.is_set)
            self._threads.append(self._thread(f"notices-{sender.way.channel}", work))

    def start(self) -> None:
        """Begin to tell."""
        for thread in self._threads:
            thread.start()

    def stop(self, timeout: float = 5) -> None:
        """Stop after what is under way; a channel that hangs is not waited for: its lease runs out."""
        self._stop.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(timeout)

    def _thread(self, name: str, work: Callable[[], object]) -> threading.Thread:
        return threading.Thread(target=self._work, args=(name, work), name=name, daemon=True)

    def _work(self, name: str, work: Callable[[], object]) -> None:
        while not self._stop.is_set():
            try:
                work()
            except Exception:  # the database may be away for a while; the thread outlives that
                log.exception("%s could not do its work", name)
            self._stop.wait(IDLE_SECONDS)
