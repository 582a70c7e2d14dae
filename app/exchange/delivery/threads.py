"""The threads that exchange: one for each partner that is pushed to, one that sees who is served, one for what goes on beside.

None of them is a page's, and none waits for another: a partner that hangs holds up itself. Several processes may run them at once.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from app.exchange.delivery.deliverer import Deliverer
from app.exchange.delivery.log import prune
from app.exchange.delivery.lookahead import is_active
from app.exchange.handovers.service.following import follow_partner
from app.exchange.partners.domain import Transport
from app.exchange.partners.models import Partner
from app.jobs.chores import Chore
from app.kit.db import Database, read_scope

log = logging.getLogger(__name__)

IDLE_SECONDS = 1.0
#: How often it is looked who is served, and what goes on beside is done.
LOOK_SECONDS = 2.0
_PRUNE_EVERY = timedelta(hours=1)


def list_served(database: Database, transport: Transport, now: datetime) -> list[str]:
    """The codes of the partners that are served over `transport`."""
    with read_scope(database) as session:
        served = select(Partner.code).where(Partner.transport == transport, is_active(now))
        return list(session.scalars(served.order_by(Partner.code)))


@dataclass
class Chores:
    """What goes on beside: the ledgers of partners that get files follow the journal, `others` are done, the old is forgotten."""

    database: Database
    clock: Callable[[], datetime]
    others: tuple[Chore, ...] = ()
    _pruned: datetime | None = None

    def do(self) -> None:
        """One round."""
        now = self.clock()
        for code in list_served(self.database, Transport.FILES, now):
            follow_partner(self.database, code, now)
        for chore in self.others:
            chore(self.database, now)
        if self._pruned is None or now - self._pruned >= _PRUNE_EVERY:
            while prune(self.database, now):
                pass
            self._pruned = now


@dataclass
class DelivererThreads:
    """Serves all partners, or `only` one, until reported to stop; then `chores` are left to others."""

    deliverer: Deliverer
    chores: Chores
    only: str | None = None
    _stop: threading.Event = field(default_factory=threading.Event)
    _served: set[str] = field(default_factory=set)
    _threads: dict[str, threading.Thread] = field(default_factory=dict)

    def start(self) -> None:
        """Begin to serve."""
        self._begin("exchange", lambda: self._repeat("exchange", self._look, LOOK_SECONDS))
        if self.only is None:
            self._begin("exchange-chores", lambda: self._repeat("exchange-chores", self.chores.do, LOOK_SECONDS))

    def stop(self, timeout: float = 5) -> None:
        """Stop; a call under way is broken off, what it carried is free again."""
        self._stop.set()
        for thread in list(self._threads.values()):
            self.deliverer.clients.abort_all()
            thread.join(timeout)

    def _look(self) -> None:
        """A thread for each partner that is served; one that is served no more ends with its round."""
        codes = list_served(self.deliverer.database, Transport.PUSH, self.deliverer.clock())
        self._served = {code for code in codes if self.only in (None, code)}
        for code in self._served:
            thread = self._threads.get(_name(code))
            if thread is None or not thread.is_alive():
                self._begin(_name(code), lambda code=code: self._serve(code))  # type: ignore[misc]

    def _serve(self, code: str) -> None:
        self._repeat(code, lambda: self.deliverer.run_once(code, self._stop.is_set), IDLE_SECONDS, code)
        self.deliverer.clients.close(code)

    def _begin(self, name: str, work: Callable[[], None]) -> None:
        self._threads[name] = thread = threading.Thread(target=work, name=name, daemon=True)
        thread.start()

    def _repeat(self, name: str, work: Callable[[], object], seconds: float, code: str | None = None) -> None:
        while not self._stop.is_set() and (code is None or code in self._served):
            try:
                work()
            except Exception:  # the database may be away for a while; the thread outlives that
                log.exception("%s could not do its work", name)
            self._stop.wait(seconds)


def _name(code: str) -> str:
    """The thread of a partner: whatever its code, none of the others bears this name."""
    return f"exchange with {code}"
