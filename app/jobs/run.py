"""Running one job: the same in the server's worker and in the foreground of a command."""

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from app.jobs import service
from app.jobs.domain import HEARTBEAT, CancelledError, LeaseLostError
from app.jobs.models import Job
from app.kit.actor import Actor
from app.kit.clock import utc_now
from app.kit.db import Database, session_scope
from app.kit.errors import DomainError
from app.kit.i18n import _
from app.kit.slices import Composition, Port
from app.kit.storage.blobs import BlobStore
from app.kit.storage.local import LocalBlobs

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class JobContext:
    """What a job is handed by whoever runs it: the database, the data directory, the clock, the store of bytes, and the
    deployment's secret, for those that call a partner.
    """

    database: Database
    data_dir: Path
    clock: Callable[[], datetime] = utc_now
    storage: BlobStore | None = None
    secret: bytes = b""

    @property
    def blobs(self) -> BlobStore:
        """The store of bytes; unless another one was handed in, the folder in the data directory."""
        return self.storage or LocalBlobs(self.data_dir / "files")


@dataclass
class Run:
    """One run of one job, as its function sees it."""

    around: JobContext
    job_id: int
    owner: str
    actor: Actor
    params: Mapping[str, Any]
    checkpoint: dict[str, Any]
    attempt: int
    cancel_asked: bool = False
    stop: threading.Event = field(default_factory=threading.Event)
    on_progress: Progress = lambda done, total: None

    def now(self) -> datetime:
        """The present instant."""
        return self.around.clock()

    def save(self, session: Session, *, checkpoint: Mapping[str, Any], done: int, total: int) -> None:
        """Write the checkpoint and progress into the batch's own transaction, as its last statement.

        A job that gets on does not count as crashing, however often its process is killed.
        Raises LeaseLostError when another worker has taken over: the batch then rolls back.
        """
        values = {"checkpoint": dict(checkpoint), "done": done, "total": total, "attempts": 1}
        self.cancel_asked = service.keep(session, job_id=self.job_id, owner=self.owner, now=self.now(), values=values)

    def between_batches(self, done: int, total: int) -> None:
        """Tell the progress; raises CancelledError when a person asked to stop, ShutdownError when the worker must."""
        self.on_progress(done, total)
        if self.cancel_asked:
            raise CancelledError
        if self.stop.is_set():
            raise ShutdownError


JobFunction = Callable[[Run], Mapping[str, Any]]


@dataclass(frozen=True)
class JobKind:
    """A kind of work: its code, its name for people (a gettext message) and the function that does it."""

    code: str
    label: str
    function: JobFunction


JOBS: Port[JobKind] = Port("kind of job", JobKind, keys=lambda kind: (kind.code,))


def kinds_of(composition: Composition) -> dict[str, JobKind]:
    """All kinds by their code."""
    return {kind.code: kind for kind in composition.of(JOBS)}


class ShutdownError(Exception):
    """The worker is closing down; the job goes back into the queue and on from its checkpoint."""


def run_of(job: Job, around: JobContext, owner: str) -> Run:
    """A claimed job as its function will see it."""
    return Run(
        around=around,
        job_id=job.id,
        owner=owner,
        actor=service.actor_of(job),
        params=dict(job.params),
        checkpoint=dict(job.checkpoint),
        attempt=job.attempts,
    )


def execute(run: Run, function: JobFunction) -> None:
    """Run a claimed job to its end and write how it ended; nothing it raises comes out, except what kills the process."""
    database = run.around.database
    with _heartbeat(run):
        try:
            result = function(run)
            with session_scope(database) as session:
                service.finish(session, job_id=run.job_id, owner=run.owner, now=run.now(), result=result)
        except LeaseLostError:
            log.warning("job %s was taken over by another worker", run.job_id)
        except ShutdownError:
            _end(run, lambda s: service.give_back(s, job_id=run.job_id, owner=run.owner))
        except CancelledError:
            _end(run, lambda s: service.mark_cancelled(s, job_id=run.job_id, owner=run.owner, now=run.now()))
        except DomainError as error:
            message = error.message
            _end(run, lambda s: service.fail(s, job_id=run.job_id, owner=run.owner, now=run.now(), error=message))
        except Exception:
            incident = uuid4().hex[:8]
            log.exception("job %s failed, incident %s", run.job_id, incident)
            text = _("程序出错，编号 %(incident)s。已完成的部分保留，可以重试。") % {"incident": incident}
            _end(run, lambda s: service.fail(s, job_id=run.job_id, owner=run.owner, now=run.now(), error=text))


def _end(run: Run, step: Callable[[Session], None]) -> None:
    with suppress(LeaseLostError), session_scope(run.around.database) as session:
        step(session)


class _heartbeat:  # noqa: N801 - reads as the context it is
    """Prolongs the lease while a long batch is under way."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"job-{run.job_id}-heartbeat", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        run = self._run
        while not self._over.wait(HEARTBEAT.total_seconds()):
            try:
                with session_scope(run.around.database) as session:
                    service.keep(session, job_id=run.job_id, owner=run.owner, now=run.now())
            except LeaseLostError:
                return
            except Exception:  # a busy database must not end the run: the next beat tries again
                log.warning("job %s: heartbeat failed", run.job_id, exc_info=True)
