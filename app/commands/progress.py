"""A bar for long work: on stderr where a person watches, nothing elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


class Bar:
    """Moves the bar; called between batches."""

    def __init__(self, shown: Progress, name: str) -> None:
        self._shown = shown
        self._task = shown.add_task(name, total=None)

    def __call__(self, done: int, total: int) -> None:
        """So much of so much is done."""
        self._shown.update(self._task, completed=done, total=total)


@contextmanager
def progress(name: str) -> Iterator[Bar]:
    """The bar while the block runs."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as shown:
        yield Bar(shown, name)
