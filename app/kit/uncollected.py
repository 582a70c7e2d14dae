"""Loading without a pause for the collector."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """What is loaded stays for good: the collector is neither to look for garbage meanwhile nor to look at it ever after."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
