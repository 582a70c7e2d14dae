"""Every row that a merge writes goes through here, so that its undo can put back exactly what stood."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from app.enterprises.belongings import Row
from app.enterprises.merges import rows as written
from app.enterprises.merges.models import MergeEntry
from app.enterprises.merges.rows import as_json, key_of
from app.kit.bulk import insert_rows


class MergeLedger:
    """Writes rows and keeps what they were. Steps count on: the undo goes through them backwards."""

    def __init__(self, session: Session, merge_id: int) -> None:
        self.session = session
        self._merge_id = merge_id
        self._step = 0
        self._entries: list[dict[str, Any]] = []

    def change(self, table: Table, rows: Sequence[Row], *values: Mapping[str, Any]) -> None:
        """Write columns of rows, each with its own of `values`, or all with the one there is. Rows tell what they held."""
        each = list(values) if len(values) == len(rows) else [values[0]] * len(rows)
        changed = [
            (row, {name: value for name, value in new.items() if row[name] != value})
            for row, new in zip(rows, each, strict=True)
        ]
        changed = [(row, new) for row, new in changed if new]
        for names in dict.fromkeys(tuple(new) for _row, new in changed):
            alike = [(row, new) for row, new in changed if tuple(new) == names]
            written.put(self.session, table, [(key_of(table, row), new) for row, new in alike])
            self._note(table, [(row, {name: row[name] for name in new}, new) for row, new in alike])

    def set_aside(self, table: Table, rows: Sequence[Row]) -> None:
        """Take whole rows away, to return with the undo."""
        if rows:
            written.drop(self.session, table, [key_of(table, row) for row in rows])
            self._note(table, [(row, row, {}) for row in rows])

    def add(self, table: Table, values: Mapping[str, Any]) -> None:
        """Write a new row."""
        statement = table.insert().values(dict(values)).returning(*table.primary_key)
        key = self.session.execute(statement).one()._asdict()
        self._note(table, [({**values, **key}, {}, {**values, **key})])

    def watch(self, table: Table, before: Sequence[Row], after: Sequence[Row]) -> None:
        """Keep what others wrote between the two readings of the same rows."""
        was = {key_of(table, row): row for row in before}
        now = {key_of(table, row): row for row in after}
        changed = [
            (row, {name: row[name] for name in differing}, {name: now[key][name] for name in differing})
            for key, row in was.items()
            if key in now and (differing := [name for name, value in row.items() if now[key][name] != value])
        ]
        self._note(table, changed)
        self._note(table, [(row, {}, row) for key, row in now.items() if key not in was])
        self._note(table, [(row, row, {}) for key, row in was.items() if key not in now])

    def write(self) -> None:
        """Write down what was kept."""
        insert_rows(self.session, MergeEntry, self._entries)

    @property
    def touched(self) -> dict[str, int]:
        """How many rows of each table were written."""
        counts: dict[str, int] = {}
        for entry in self._entries:
            counts[entry["table_name"]] = counts.get(entry["table_name"], 0) + 1
        return counts

    def _note(self, table: Table, changes: Sequence[tuple[Row, Mapping[str, Any], Mapping[str, Any]]]) -> None:
        if not changes:
            return
        self._step += 1
        for row, before, after in changes:
            key = {column.name: row[column.name] for column in table.primary_key}
            self._entries.append(
                {
                    "merge_id": self._merge_id,
                    "step": self._step,
                    "table_name": table.name,
                    "key": as_json(key),
                    "before": as_json(before),
                    "after": as_json(after),
                }
            )


def entries_of(session: Session, merge_id: int) -> list[MergeEntry]:
    """What a merge wrote, in its order."""
    statement = select(MergeEntry).where(MergeEntry.merge_id == merge_id)
    return list(session.scalars(statement.order_by(MergeEntry.step, MergeEntry.id)))
