"""Their list laid down for the comparison, on disk: whatever its order and size, a few thousand of its rows are in memory at a time."""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice

import orjson

from app.exchange.comparison.domain import RowProblem
from app.exchange.reconciliation.theirs import Theirs

BATCH = 1_000
#: A character that no database of ours keeps, as JSON writes it; a backslash before it may itself be an escaped one.
_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")


class StagingTable:
    """A private table of their rows by key, in a file of its own that the database drops with the connection."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.execute("pragma synchronous=off")
        self._connection.execute("create table theirs (key text primary key, place text, data blob, seen integer)")
        self._connection.execute("create table unreadable (key text, place text, problem text)")

    def __enter__(self) -> "StagingTable":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def lay_down(self, rows: Iterator[Theirs]) -> Iterator[int]:
        """Keep `rows`; yields after each batch how many there are so far. Of rows with one key the first counts."""
        count = 0
        while batch := list(islice(rows, BATCH)):
            self._keep(batch)
            count += len(batch)
            yield count

    def _keep(self, batch: Sequence[Theirs]) -> None:
        unreadable = [(row.key, row.place, row.problem) for row in batch if row.problem is not None]
        with closing(self._connection.cursor()) as cursor:
            cursor.execute("begin")
            for row in batch:
                if row.problem is None:
                    cursor.execute(
                        "insert into theirs values (?, ?, ?, 0) on conflict do nothing",
                        (row.key, row.place, _NUL.sub(rb"\1", orjson.dumps(row.data))),
                    )
                    if not cursor.rowcount:
                        unreadable.append((row.key, row.place, RowProblem.REPEATED))
            cursor.executemany("insert into unreadable values (?, ?, ?)", unreadable)
            cursor.execute("end")

    def take(self, keys: Sequence[str]) -> dict[str, dict[str, object]]:
        """Their records of these keys, from now on seen."""
        marks = ",".join("?" * len(keys))
        found = self._connection.execute(f"select key, data from theirs where key in ({marks})", keys)  # noqa: S608 - only marks
        records = {key: orjson.loads(data) for key, data in found}
        self._connection.executemany("update theirs set seen = 1 where key = ?", [(key,) for key in records])
        return records

    def unseen(self) -> Iterator[list[tuple[str, dict[str, object]]]]:
        """What only they have, by key, in batches."""
        cursor = self._connection.execute("select key, data from theirs where seen = 0 order by key")
        while rows := cursor.fetchmany(BATCH):
            yield [(key, orjson.loads(data)) for key, data in rows]

    def unreadable(self) -> Iterator[list[tuple[str, str, str]]]:
        """Key, place and problem of what is no record, in their order, in batches."""
        cursor = self._connection.execute("select key, place, problem from unreadable order by rowid")
        while rows := cursor.fetchmany(BATCH):
            yield rows
