"""The thread beside the desk: decides what was put aside, and tells the receipts of it."""

import logging
import threading

from app.kit.db import session_scope
from app.simulator import state
from app.simulator.callback import Callback
from app.simulator.responder import Responder
from app.simulator.store import StoreTransaction

log = logging.getLogger(__name__)
IDLE_SECONDS = 0.3


class BackgroundWorker:
    """Runs until told to stop; without a callback, receipts wait to be polled."""

    def __init__(self, desk: Responder, callback: Callback | None) -> None:
        self._desk = desk
        self._callback = callback
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="simulator", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after what is under way."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(5)
        if self._callback:
            self._callback.close()

    def keep_up(self) -> int:
        """Decide and tell what is due; returns how much that was. During an outage nothing happens."""
        with session_scope(self._desk.database) as session:
            at = state.virtual(session, self._desk.clock())
            if state.outage_until(session, at):
                return 0
            decided = StoreTransaction(session, self._desk.rules, at).decide()
        return decided + (self._callback.tell() if self._callback else 0)

    def _work(self) -> None:
        while not self._stop.is_set():
            done = 0
            try:
                done = self.keep_up()
            except Exception:  # the thread outlives whatever happens to one round
                log.exception("the simulator could not decide or tell")
            self._stop.wait(0 if done else IDLE_SECONDS)
