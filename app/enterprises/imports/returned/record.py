"""A record that comes back from an export (a certificate, a year's figures, an agreement …), against what stands now and what stood then.

It is known by its number, whatever of it was edited. Only cells that a person edited say anything. Where what stood then stands still, the
edit is written; where somebody changed it meanwhile, or the cell was emptied, a person decides.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import inspect

from app.enterprises.imports.domain import RowOutcome
from app.enterprises.imports.reasons import RowReason
from app.enterprises.imports.row_reader import Parsed, ReturnedRecord
from app.enterprises.imports.verdict import RowVerdict, rejected
from app.journal.domain import plain

_NOTHING = (None, "")


@dataclass(frozen=True)
class RecordFields:
    """What an import writes of a record of one register: which of its fields each column fills, what they are where nothing is known, and
    which of them say which record it is, so that no file changes them.

    `within` is where a row keeps what it read, when that is not `Parsed.values` itself.
    """

    columns: Mapping[str, str]
    unknown: Mapping[str, Any]
    fixed: Collection[str] = frozenset()
    needed: Collection[str] = frozenset()
    within: str = ""
    register: str = ""

    def values_of(self, parsed: Parsed) -> Mapping[str, Any]:
        """What a row says, by field."""
        values: Mapping[str, Any] = parsed.values.get(self.within, {}) if self.within else parsed.values
        return values


@dataclass
class _Weighed:
    values: dict[str, Any] = field(default_factory=dict)
    differences: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    reasons: list[RowReason] = field(default_factory=list)


def number_of(row: Any) -> str:
    """By what an export tells a record from the others: its key."""
    return "-".join(map(str, inspect(row).identity))


def stood(parsed: Parsed) -> ReturnedRecord | None:
    """What the export that the row comes back from held of its record; None for a row that no export knows."""
    returned = parsed.returned
    return returned if returned is not None and returned.before is not None else None


def is_added(parsed: Parsed) -> bool:
    """Whether a person added the row to the list that comes back."""
    return parsed.returned is not None and parsed.returned.before is None


def weigh_record(parsed: Parsed, row: Any, fields: RecordFields) -> RowVerdict:
    """What is written of a record that comes back, and what a person decides. Raises nothing; a record that is gone is handed back."""
    returned = stood(parsed)
    assert returned is not None
    if row is None:
        return rejected(parsed, RowReason("origin.gone"))
    found = _Weighed(reasons=list(parsed.remarks))
    for code in sorted(returned.edited):
        _weigh(found, code, parsed, row, fields)
    for code in sorted(returned.emptied):
        _weigh_emptied(found, code, parsed, row, fields)
    outcome = RowOutcome.UNCHANGED
    if found.differences:
        outcome = RowOutcome.DIFFERS
    elif found.values:
        outcome = RowOutcome.CHANGED
    return RowVerdict(parsed, outcome, found.reasons, row, found.values, differences=found.differences, by_hand=True)


def _weigh(found: _Weighed, code: str, parsed: Parsed, row: Any, fields: RecordFields) -> None:
    """One cell that was edited; the same in other words is no edit."""
    returned = stood(parsed)
    assert returned is not None and returned.before is not None
    name = fields.columns.get(code, code)
    if name in fields.fixed:
        found.reasons.append(_fixed(code, parsed, fields))
        return
    theirs, then = (fields.values_of(each).get(name) for each in (parsed, returned.before))
    if theirs in _NOTHING or theirs == then:
        return
    ours = getattr(row, name)
    if ours != theirs and (ours == then or _as_written(ours) == returned.before.source.texts.get(code, "")):
        found.values[name] = theirs
    elif ours != theirs:
        found.differences[name] = (ours, theirs)


def _weigh_emptied(found: _Weighed, code: str, parsed: Parsed, row: Any, fields: RecordFields) -> None:
    """One cell that was emptied: nothing is taken away unasked, and what a record cannot be without stays."""
    name = fields.columns.get(code, code)
    if name in fields.fixed or name in fields.needed:
        found.reasons.append(_fixed(code, parsed, fields))
    elif (ours := getattr(row, name)) != (blank := fields.unknown.get(name)):
        found.differences[name] = (ours, blank)


def _fixed(code: str, parsed: Parsed, fields: RecordFields) -> RowReason:
    column = f"{fields.register}.{code}" if fields.register else code
    return RowReason("origin.fixed", {"column": column, "text": parsed.source.texts.get(code, "")[:60]})


def _as_written(value: Any) -> str:
    """A value as an export writes it, where that is its text: what a form took and an import would spell otherwise."""
    return "" if value is None else str(plain(value))
