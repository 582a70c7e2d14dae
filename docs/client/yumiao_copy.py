"""A copy of the records that follows the feed: snapshot first, then what changed; may be broken off anywhere.

python yumiao_copy.py https://yumiao.example copy.db        credentials in YUMIAO_CLIENT_ID, YUMIAO_CLIENT_SECRET
"""

import json
import os
import sqlite3
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Protocol

from yumiao_client import LARGEST_PAGE, Changes, Credentials, IncompleteSnapshotError, Record, Snapshot, Yumiao

#: The field that identifies a record.
KEYS = {
    "enterprises": "uscc",
    "cases": "number",
    "commissioners": "id",
    "incentives": "id",
    "figures": "key",
    "properties": "key",
    "milestones": "key",
    "agreements": "id",
    "verdicts": "id",
    "indicators": "key",
    "past_cases": "key",
}


class Copy(Protocol):
    """Where the records are kept. Each call is one transaction: it happens whole or, in a crash, not at all."""

    def positions(self) -> Mapping[str, int]:
        """The position up to which each resource is complete; absent: no snapshot was taken yet."""
        ...

    def replace(self, snapshot: Snapshot, resource: str) -> None:
        """Keep exactly the records of the snapshot, and its position."""
        ...

    def apply(self, changes: Changes) -> None:
        """Put or forget each record, and keep `changes.next` as the position of every resource."""
        ...


def follow(api: Yumiao, copy: Copy, resources: Sequence[str] = tuple(KEYS), *, limit: int = LARGEST_PAGE) -> int:
    """Bring the copy up to date: snapshots of what it has none of yet, then the feed. Returns the position.

    May be broken off anywhere and begun again: a page applied twice says the same twice.
    """
    for resource in resources:
        if resource not in copy.positions():
            copy.replace(api.snapshot(resource), resource)
    position = min(copy.positions().values())
    for changes in api.changes(position, resources=resources, limit=limit):
        copy.apply(changes)
        position = changes.next
    return position


class SqliteCopy:
    """A copy in one SQLite file: `record(resource, key, data)`."""

    def __init__(self, path: Path) -> None:
        self._file = sqlite3.connect(path, isolation_level=None)
        self._file.executescript(
            "create table if not exists record (resource text, key text, data text, primary key (resource, key));"
            "create table if not exists position (resource text primary key, position integer);"
        )

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def positions(self) -> dict[str, int]:
        """By resource."""
        return dict(self._file.execute("select resource, position from position"))

    def records(self, resource: str) -> dict[str, Record]:
        """What is kept of a resource, by key."""
        rows = self._file.execute("select key, data from record where resource = ?", (resource,))
        return {key: json.loads(data) for key, data in rows}

    def replace(self, snapshot: Snapshot, resource: str) -> None:
        """Keep exactly the records of the snapshot."""
        self._file.execute("begin immediate")
        try:
            self._file.execute("delete from record where resource = ?", (resource,))
            for record in snapshot:
                self._put(resource, record[KEYS[resource]], record)
            if snapshot.manifest is None:
                raise IncompleteSnapshotError("the manifest is missing")
            self._stand(resource, snapshot.manifest.position)
        except BaseException:
            self._file.execute("rollback")
            raise
        self._file.execute("commit")

    def apply(self, changes: Changes) -> None:
        """Put or forget each record."""
        self._file.execute("begin immediate")
        for change in changes.items:
            if change.record is None:
                self._file.execute("delete from record where resource = ? and key = ?", (change.resource, change.key))
            else:
                self._put(change.resource, change.key, change.record)
        for resource in self.positions():
            self._stand(resource, changes.next)
        self._file.execute("commit")

    def _put(self, resource: str, key: str, record: Record) -> None:
        data = json.dumps(record, ensure_ascii=False)
        self._file.execute("insert or replace into record values (?, ?, ?)", (resource, key, data))

    def _stand(self, resource: str, position: int) -> None:
        self._file.execute("insert or replace into position values (?, ?)", (resource, position))


def main() -> None:
    """Bring the copy in a file up to date once."""
    base_url, path = sys.argv[1:]
    given = os.environ
    credentials = Credentials(
        given["YUMIAO_CLIENT_ID"], given["YUMIAO_CLIENT_SECRET"], given.get("YUMIAO_SIGNATURE_KEY", "")
    )
    with closing(Yumiao(base_url, credentials)) as api, closing(SqliteCopy(Path(path))) as copy:
        sys.stdout.write(f"position={follow(api, copy)}\n")


if __name__ == "__main__":
    main()
