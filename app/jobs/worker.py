"""The server's worker: a thread that runs waiting and abandoned jobs, one at a time."""

import logging
import threading
from collections.abc import Mapping

from app.jobs import service
from app.jobs.domain import this_process
from app.jobs.run import JobContext, JobKind, Run, execute, run_of
from app.kit.db import session_scope

log = logging.getLogger(__name__)
IDLE_SECONDS = 1.0


class Worker:
    """Claims and runs jobs until told to stop; a job under way is put back at its last checkpoint."""

    def __init__(self, around: JobContext, kinds: Mapping[str, JobKind]) -> None:
        self._around = around
        self._kinds = kinds
        self._owner = this_process()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="job-worker", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self, timeout: float = 20) -> None:
        """Stop after the current batch."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def run_waiting(self) -> int:
        """Run everything that waits, in this thread; returns how many jobs ran."""
        ran = 0
        while not self._stop.is_set() and (run := self._claim()) is not None:
            kind, waiting = run
            execute(waiting, self._kinds[kind].function)
            ran += 1
        return ran

    def _work(self) -> None:
        released = False
        while not self._stop.is_set():
            try:
                if not released:
                    self._release()
                    released = True
                self.run_waiting()
            except Exception:  # the database may be away for a while; the worker outlives that
                log.exception("the worker could not reach its queue")
            self._stop.wait(IDLE_SECONDS)

    def _release(self) -> None:
        with session_scope(self._around.database) as session:
            service.release_dead(session, now=self._around.clock())

    def _claim(self) -> tuple[str, Run] | None:
        with session_scope(self._around.database) as session:
            job = service.claim_next(session, owner=self._owner, kinds=tuple(self._kinds), now=self._around.clock())
            if job is None:
                return None
            run = run_of(job, self._around, self._owner)
            run.stop = self._stop
            return job.kind, run
