"""Reading ahead: the next piece of work is made ready in a thread while the present one is done, mostly waiting for the database."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def one_ahead(items: Iterator[T]) -> Iterator[Iterator[T]]:
    """`items`, each made while the one before it is used; what making it raises comes out where it would have come."""
    with ThreadPoolExecutor(1, "ahead") as thread:
        yield _one_ahead(items, thread)


def _one_ahead(items: Iterator[T], thread: ThreadPoolExecutor) -> Iterator[T]:
    context, over = copy_context(), object()
    coming = thread.submit(context.run, next, items, over)
    while (item := coming.result()) is not over:
        coming = thread.submit(context.run, next, items, over)
        yield item  # type: ignore[misc]
