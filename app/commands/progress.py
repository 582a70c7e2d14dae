"""A bar for long work, done here or by another process: on stderr where a person watches, nothing elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.jobs.queries import get_job
from app.kit.db import Database, read_scope

_LOOK_AGAIN = 0.5  # seconds


class ProgressBar:
    """Moves the bar; called between batches."""

    def __init__(self, shown: Progress, name: str) -> None:
        self._shown = shown
        self._task = shown.add_task(name, total=None)

    def __call__(self, done: int, total: int) -> None:
        """So much of so much is done."""
        self._shown.update(self._task, completed=done, total=total)


@contextmanager
def progress(name: str) -> Iterator[ProgressBar]:
    """The bar while the block runs."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as shown:
        yield ProgressBar(shown, name)


def follow(database: Database, job_id: int, bar: ProgressBar) -> None:
    """Wait for the process that is at a job already."""
    while True:
        with read_scope(database) as session:
            job = get_job(session, job_id)
        bar(job.done, job.total)
        if not job.running:
            return
        time.sleep(_LOOK_AGAIN)
