"""Who may be inside at once: the database has so many connections, and whoever takes one is admitted first.

A request waits its turn on the event loop, in the order of coming, and holds nothing meanwhile: neither a thread nor a connection.
Once inside it finds a thread, a connection and nobody to wait for. Who only reads does not wait for writers, nor for what takes long by its nature, and the other way round. What is sent while it is read from the database (exports,
snapshots) is admitted by itself, so that a slow reader holds up other streams and no page.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from anyio import Semaphore, fail_after
from anyio.lowlevel import RunVar

from app.kit.db import POOL_SIZE
from app.kit.errors import Unavailable
from app.kit.i18n import _

STREAMS = 4
#: Health and metrics have a place each: whoever watches over the server is answered while everything else is busy.
WATCHERS = 2
#: A page is made by one interpreter: more of them at once are no sooner ready, and whoever watches waits longer (256 at once: health
#: within 0.2 to 0.3 s where five are made at a time, within 1 s where twelve are).
READERS = 5
#: What takes seconds by its nature: a paper that is typeset, a what-if over the whole register.
SLOW = 2
#: Whoever writes may wait for another's transaction.
WRITERS = POOL_SIZE - READERS - SLOW - STREAMS - WATCHERS
#: What comes before a transaction, and how much of it is done at a time: nobody inside waits for it. It takes no connection.
BEFOREHAND = {"hashing": 2, "scanning": 4}
#: Threads of the server: one for each that is inside, and some for what is short and takes no connection (files, settings).
THREADS = 40
#: Seconds that somebody waits for a place.
PATIENCE = 60.0


class LaneName(StrEnum):
    """By what a route does it is admitted."""

    READS = "reads"
    WRITES = "writes"
    SLOW = "slow"
    """It reads, and takes seconds by its nature."""


class Busy(Unavailable):
    """Too many came before; nothing was begun."""

    retry_after = 5

    def __init__(self) -> None:
        super().__init__("server.busy", _("系统繁忙，请稍后重试。"))


class Lane:
    """So many places, given out in the order of coming."""

    def __init__(self, places: int, patience: float = PATIENCE) -> None:
        self.places = places
        self._patience = patience
        self._of_loop: RunVar[Semaphore] = RunVar("places")  # a semaphore belongs to the event loop that waits for it

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Wait for a place and keep it until the block ends; raises `Busy` when none was free in time."""
        free = self._semaphore()
        try:
            with fail_after(self._patience):
                await free.acquire()
        except TimeoutError:
            raise Busy from None
        try:
            yield
        finally:
            free.release()

    def _semaphore(self) -> Semaphore:
        found = self._of_loop.get(None)
        if found is None:
            found = Semaphore(self.places, fast_acquire=True)
            self._of_loop.set(found)
        return found


@dataclass(frozen=True)
class Admission:
    """The lanes of one server; together they never hold more connections than the pool has."""

    reads: Lane = field(default_factory=lambda: Lane(READERS))
    slow: Lane = field(default_factory=lambda: Lane(SLOW))
    writes: Lane = field(default_factory=lambda: Lane(WRITERS))
    streams: Lane = field(default_factory=lambda: Lane(STREAMS))
    beforehand: Mapping[str, Lane] = field(default_factory=lambda: {kind: Lane(n) for kind, n in BEFOREHAND.items()})
    health: Lane = field(default_factory=lambda: Lane(1))
    metrics: Lane = field(default_factory=lambda: Lane(1))

    def of(self, name: LaneName) -> Lane:
        """The lane of that name."""
        found: Lane = getattr(self, name)
        return found
