"""A lock among the processes of one machine, as a file beside what it guards; who ends gives it up, however that comes."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from fcntl import LOCK_EX, flock
from pathlib import Path


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Wait until nobody else holds the file, and hold it to the end of the block; without it where no file can be written."""
    with ExitStack() as stack:
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            flock(stack.enter_context(path.open("a")), LOCK_EX)
        yield
