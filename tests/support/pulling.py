"""The client of docs/client as a process that kills itself at a chosen moment.   python pulling.py ADDRESS FILE MOMENT

A moment is: a record of a snapshot came, a record is being put, a page came, a page was stored; at the latest it is when nothing
is new. With moment 0 it lives on.
"""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CLIENT = Path(__file__).parents[2] / "docs" / "client"
sys.path.insert(0, str(CLIENT))

import yumiao_client as client  # noqa: E402
import yumiao_copy as copying  # noqa: E402

SMALL_PAGE = 20


class MergeFate:
    """Counts moments; at the chosen one the process is gone."""

    def __init__(self, moment: int) -> None:
        self.left = moment

    def passes(self) -> None:
        """One more moment."""
        self.left -= 1
        if self.left == 0:
            self.ends()

    def ends(self) -> None:
        """The process is gone."""
        os.kill(os.getpid(), signal.SIGKILL)


class FatedCopy(copying.SqliteCopy):
    """A copy that may end between any two of its statements."""

    def __init__(self, path: Path, fate: MergeFate) -> None:
        super().__init__(path)
        self.fate = fate

    def _put(self, *record: Any) -> None:
        super()._put(*record)
        self.fate.passes()

    def apply(self, changes: client.Changes) -> None:
        """Before and after each page."""
        self.fate.passes()
        super().apply(changes)
        self.fate.passes()


class FatedSnapshot(client.Snapshot):
    """A snapshot that may end anywhere on its way."""

    fate: MergeFate

    def __iter__(self) -> Iterator[client.Record]:
        for record in super().__iter__():
            self.fate.passes()
            yield record
        self.fate.passes()


def main() -> None:
    """Follow once."""
    address, path, moment = sys.argv[1:]
    fate = FatedSnapshot.fate = MergeFate(int(moment))
    client.Snapshot = FatedSnapshot  # type: ignore[misc]
    given = client.Credentials(os.environ["YUMIAO_CLIENT_ID"], os.environ["YUMIAO_CLIENT_SECRET"])
    api, copy = client.Yumiao(address, given), FatedCopy(Path(path), fate)
    copying.follow(api, copy, limit=SMALL_PAGE)
    if fate.left > 0:
        fate.ends()


if __name__ == "__main__":
    main()
