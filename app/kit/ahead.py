"""Reading ahead: the next piece of work is made ready in a thread while the present one is done, mostly waiting for the database."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def one_ahead(items: Iterator[T]) -> Iterator[Iterator[T]]:
    """`items`, each made while the one before it is used; what making it raises comes out where it would have come."""
    with ThreadPoolExecutor(1, "ahead") as thread:
        yield _one_ahead(items, thread)


def _one_ahead(items: Iterator[T], thread: ThreadPoolExecutor) -> Iterator[T]:
    context = copy_context()

    def make() -> list[T]:
        return context.run(lambda: list(islice(items, 1)))

    coming = thread.submit(make)
    while made := coming.result():
        coming = thread.submit(make)
        yield made[0]
