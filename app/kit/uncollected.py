"""Loading without a pause for the collector."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

#: Objects made between two looks for garbage, and looks at the young before one at the middle-aged, and then at the old: a page makes
#: thousands that are gone with it, and a look at each seven hundred of them is a tenth of its time.
SELDOM = (20_000, 20, 50)


@contextmanager
def uncollected() -> Iterator[None]:
    """What is loaded stays for good: the collector is neither to look for garbage meanwhile nor to look at it ever after."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def seldom_collected() -> None:
    """Look for garbage less often, for as long as this process lives: for those that serve pages."""
    gc.set_threshold(*SELDOM)
