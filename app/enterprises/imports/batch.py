"""Taking the rows of a batch in: firms first, then what the rows say about them, each register by its taker."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from app.enterprises.imports.domain import RowOutcome
from app.enterprises.imports.entries import Entry, ReadRow, RowReading, verdicts_of
from app.enterprises.imports.firm.finder import find_codes, find_firms
from app.enterprises.imports.mapping import USCC
from app.enterprises.imports.reasons import RowReason
from app.enterprises.imports.registers import FIRM, IntakeContext
from app.enterprises.models import Enterprise
from app.enterprises.queries import in_own_right
from app.kit.membership import one_of

#: Which of its records' outcomes a row has: what waits for a person before what was done, what was done before what was not.
_WEIGHT = (
    RowOutcome.QUEUED,
    RowOutcome.DIFFERS,
    RowOutcome.CREATED,
    RowOutcome.CHANGED,
    RowOutcome.UNCHANGED,
    RowOutcome.REJECTED,
)


@dataclass(slots=True)
class RowResult:
    """What becomes of a row as a whole. `differences` and `changes` are by field, outside the firm's own with their record."""

    row: ReadRow
    outcome: RowOutcome
    reasons: list[RowReason]
    target_id: int | None
    key: str
    name: str
    differences: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    writes: bool = False


@dataclass(frozen=True)
class BatchTaking:
    """One batch on its way into the registers; `now` is None where it is only looked at.

    `announced` are firms, by code and by name, that sheets read before this one will register: only for looking. `chosen` are firms
    that a person chose, by row number, for rows that only have a name.
    """

    session: Session
    reading: RowReading
    intake: IntakeContext
    now: datetime | None
    announced: Mapping[str, Enterprise] = field(default_factory=dict)
    chosen: Mapping[int, Enterprise] = field(default_factory=dict)

    def take(self, rows: Sequence[ReadRow]) -> list[RowResult]:
        """What becomes of each row; written, unless it is only looked at."""
        sound = [row for row in rows if not row.refusals and not row.untouched]
        self._find_untouched([row for row in rows if not row.refusals and row.untouched])
        if any(entry.register == FIRM for entry in self.reading.layout.entries) or self._about_firms:
            self._find_codes(sound)
        self._take_firms([row for row in sound if row.own is not None])
        if self._about_firms:
            told = [row.firm for row in sound if row.own is not None and row.firm.firm is not None]
            beside = {firm.key: firm.firm for firm in told if firm.firm is not None} if self.now is None else {}
            self._find_firms([row for row in sound if row.own is None], beside)
        self._lock_firms(sound)
        for code in dict.fromkeys(entry.layout.register for row in sound for entry in row.entries):
            self._take_register([row for row in sound if row.entries], code)
        return [combined(row) for row in rows]

    def _find_untouched(self, rows: Sequence[ReadRow]) -> None:
        """Whose rows those are that come back as they were exported: nothing else is asked about them."""
        codes = [row.firm.key for row in rows if row.firm.key]
        if not codes:
            return
        wanted = and_(one_of(Enterprise.uscc, codes), in_own_right())
        within = Enterprise.region_code.startswith(self.intake.prefix)
        found = dict(self.session.execute(select(Enterprise.uscc, Enterprise.id).where(wanted, within)).all())
        for row in rows:
            row.firm_id = found.get(row.firm.key)

    def _lock_firms(self, rows: Sequence[ReadRow]) -> None:
        """Two imports that tell the same firm the same record come in turn: the second finds what the first wrote."""
        ids = {row.firm.firm.id for row in rows if row.entries and row.firm.firm is not None}
        if self.now is not None and ids:
            locked = select(Enterprise.id).where(one_of(Enterprise.id, sorted(ids))).order_by(Enterprise.id)
            self.session.execute(locked.with_for_update())

    @property
    def _about_firms(self) -> bool:
        return self.reading.registers[self.reading.layout.register].about_firm

    def _find_codes(self, rows: Sequence[ReadRow]) -> None:
        for row in rows:
            if not row.firm.key and (firm := self.announced.get(row.firm.name)):
                row.firm.firm = firm
            if not row.firm.source.texts[USCC] and (firm := self.chosen.get(row.number)):
                row.call(firm.uscc, firm.name)
        rows = [row for row in rows if row.firm.firm is None]
        find_codes(self.session, [row.firm for row in rows], prefix=self.intake.prefix, named=self.intake.named)
        for row in rows:
            if code := row.firm.source.texts[USCC]:
                row.tell_entries(code)

    def _take_firms(self, rows: Sequence[ReadRow]) -> None:
        """Register and change the firms themselves; a firm that a batch names twice is taken a second time after the first."""
        for wave in _waves(rows) if self.now else [list(rows)]:
            entries = [row.own for row in wave if row.own is not None]
            self._decide(entries)
            for row, entry in zip(wave, entries, strict=True):
                self._tell_firm(row, entry)
        if self.now is not None:
            self._load_new(rows)

    def _tell_firm(self, row: ReadRow, entry: Entry) -> None:
        """What follows for the rest of the row from what became of its firm."""
        verdict = entry.verdict
        assert verdict is not None
        if verdict.outcome is RowOutcome.REJECTED:
            row.firm.refusals = row.firm.refusals or list(verdict.parsed.refusals) or verdict.reasons[:1]
        elif verdict.outcome is RowOutcome.QUEUED:
            row.firm.waits = verdict.reasons[0]
        elif verdict.existing is not None:
            row.firm.firm = verdict.existing
        elif self.now is None:
            row.firm.firm = Enterprise(
                id=-row.number, uscc=verdict.parsed.key, name=verdict.parsed.name, region_code=""
            )

    def _load_new(self, rows: Sequence[ReadRow]) -> None:
        """The firms that were just registered, where the rows say more about them."""
        if not any(row.entries for row in rows):
            return
        new = [row for row in rows if row.registers]
        keys = {row.own.verdict.target_id for row in new if row.own and row.own.verdict}
        found = {firm.id: firm for firm in _by_ids(self.session, [key for key in keys if key is not None])}
        for row in new:
            assert row.own is not None and row.own.verdict is not None
            row.firm.firm = found.get(row.own.verdict.target_id or 0)

    def _find_firms(self, rows: Sequence[ReadRow], beside: Mapping[str, Enterprise]) -> None:
        for row in rows:
            row.firm.firm = row.firm.firm or self.announced.get(row.firm.key) or beside.get(row.firm.key)
        rows = [row for row in rows if row.firm.firm is None]
        find_firms(
            self.session,
            [row.firm for row in rows],
            prefix=self.intake.prefix,
            confirmed=bool(self.intake.confirmation),
        )

    def _take_register(self, rows: Sequence[ReadRow], register: str) -> None:
        entries = []
        for row in rows:
            for entry in row.entries:
                if entry.layout.register == register and not row.firm.refusals and row.firm.waits is None:
                    entry.parsed.firm = row.firm.firm
                    entry.parsed.name = entry.parsed.name or row.firm.name
                    entries.append(entry)
        self._decide(entries)

    def _decide(self, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        taker = entries[0].taker
        verdicts = taker.decide(self.session, [entry.parsed for entry in entries], lock=self.now is not None)
        for entry, verdict in zip(entries, verdicts, strict=True):
            entry.verdict, entry.changes = verdict, verdict.changes
        if self.now is not None:
            taker.write(self.session, verdicts, self.now)


def combined(row: ReadRow) -> RowResult:
    """What becomes of a row, from what becomes of its records."""
    key, name = _identity(row)
    firm_id = row.firm.firm.id if row.firm.firm is not None and row.firm.firm.id > 0 else None
    if row.refusals or row.firm.refusals:
        reasons = [*row.refusals, *row.firm.refusals]
        return RowResult(row, RowOutcome.REJECTED, reasons, None, key, name)
    if row.untouched:
        return RowResult(row, RowOutcome.UNCHANGED, _told(row), row.firm_id, key, name)
    decided = list(verdicts_of(row))
    if row.firm.waits is not None:
        reasons = decided[0][1].reasons if decided else [row.firm.waits]
        target = decided[0][1].target_id if decided else firm_id
        return RowResult(row, RowOutcome.QUEUED, reasons, target, key, name)
    if not decided:
        return RowResult(row, RowOutcome.REJECTED, [RowReason("nothing")], firm_id, key, name)
    outcome = decided[0][1].outcome
    if len(decided) > 1:
        outcome = min((verdict.outcome for _entry, verdict in decided), key=_WEIGHT.index)
    targets = [verdict.target_id for entry, verdict in decided if entry.layout.register == FIRM]
    target = firm_id or next((target for target in targets if target), None) or decided[0][1].target_id
    writes = any(verdict.writes for _entry, verdict in decided)
    result = RowResult(row, outcome, _told(row), target, key, name, writes=writes)
    for entry, verdict in decided:
        result.reasons.extend(reason.of_year(entry.layout.year) for reason in verdict.reasons)
        result.differences.update({difference_name(entry, each): pair for each, pair in verdict.differences.items()})
        result.changes.update({difference_name(entry, each): pair for each, pair in entry.changes.items()})
    return result


def _told(row: ReadRow) -> list[RowReason]:
    """What is told of a row that comes back and changes nothing: edits of what is computed, words that were taken away."""
    return list(row.returned.remarks) if row.returned is not None else []


def difference_name(entry: Entry, field_name: str) -> str:
    """How a row calls a field of one of its records: the firm's own by their names alone."""
    if entry.layout.register == FIRM:
        return field_name
    return f"{entry.layout.register}.{field_name}" + (f"@{entry.layout.year}" if entry.layout.year else "")


def _identity(row: ReadRow) -> tuple[str, str]:
    """What the row is about, as it is kept: by its firm's code where that was found, and its firm's name."""
    own = [entry.taker.key_of(entry.parsed.source) for entry in row.entries[:1]]
    code = row.firm.key
    key = own[0] if own and own[0] else row.key
    if code and not key.startswith(code):
        key = f"{code}|{key}" if key and row.entries else code
    return key, row.firm.name or (row.entries[0].parsed.name if row.entries else "")


def _waves(rows: Sequence[ReadRow]) -> Iterator[list[ReadRow]]:
    """The rows in turns of which none names a firm twice."""
    left = list(rows)
    while left:
        seen: set[str] = set()
        wave: list[ReadRow] = []
        rest: list[ReadRow] = []
        for row in left:
            (rest if row.firm.key and row.firm.key in seen else wave).append(row)
            seen.add(row.firm.key)
        yield wave
        left = rest


def _by_ids(session: Session, ids: Sequence[int]) -> Sequence[Enterprise]:
    return session.scalars(select(Enterprise).where(one_of(Enterprise.id, ids))).all() if ids else []
