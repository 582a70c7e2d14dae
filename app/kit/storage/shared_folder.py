"""A folder into which several processes write: files come whole or not at all, and what one does the others need not do again."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from fcntl import LOCK_EX, flock
from pathlib import Path

#: How a file is called that is being written; whoever finds an old one may delete it.
INCOMING = "incoming-"


@contextmanager
def incoming(folder: Path, suffix: str = "") -> Iterator[Path]:
    """A file of the folder to be written and put in its place; gone at the end if it was not."""
    descriptor, name = tempfile.mkstemp(suffix, INCOMING, folder)
    os.close(descriptor)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Wait until nobody else on this machine holds the file, and hold it to the end of the block; who ends gives it up, however that comes.

    Without it where no file can be written.
    """
    with ExitStack() as stack:
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            flock(stack.enter_context(path.open("a")), LOCK_EX)
        yield
