"""Taking records below firms in, a batch at a time. They have no provenance: what stands was set by a person, what is empty is filled."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from app.enterprises.imports.difference_text import require_unchanged, stored_value
from app.enterprises.imports.domain import RowOutcome
from app.enterprises.imports.parts.kinds import PartKind, PartReading
from app.enterprises.imports.parts.reader import parse_part
from app.enterprises.imports.reasons import RowReason
from app.enterprises.imports.registers import IntakeContext
from app.enterprises.imports.returned.record import is_added, number_of, stood, weigh_record
from app.enterprises.imports.row_reader import GoneWords, Parsed, ReturnedRecord, SourceRow, firm_key
from app.enterprises.imports.verdict import RowVerdict, SettledDifference, rejected, undecided
from app.enterprises.models import Enterprise
from app.enterprises.service.parts import told_apart
from app.enterprises.service.recording import note, subject_key
from app.journal.domain import Change, PendingEvent
from app.journal.service import record_many
from app.kit.bulk import insert_numbered
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.membership import one_of

Key = tuple[Any, ...]
EMPTY = (None, "")


@dataclass(frozen=True)
class NewRecord:
    """A record to be written: whose it is, and what it says."""

    firm: Enterprise
    values: Mapping[str, Any]


@dataclass
class BatchState:
    """What a batch meets: the records on file by their key, those that come back by their number, and which row of the batch took which key.

    `held` are all records of the firms of which a cell names some no more.
    """

    on_file: Mapping[Key, Any]
    taken: dict[Key, int] = field(default_factory=dict)
    returned: Mapping[str, Any] = field(default_factory=dict)
    held: Mapping[Key, Any] = field(default_factory=dict)


def gone_of(parsed: Parsed) -> GoneWords | None:
    """The words by which records were named in a cell that names them no more."""
    return parsed.returned.gone if parsed.returned is not None else None


@dataclass(frozen=True)
class PartTaker:
    """Takes in records of one kind."""

    kind: PartKind
    reading: PartReading

    @property
    def intake(self) -> IntakeContext:
        """For whom and how rows are taken in."""
        return self.reading.intake

    def key_of(self, source: SourceRow) -> str:
        """The firm as the row names it, and by what its record is known."""
        if source.problem or not (firm := firm_key(source)):
            return ""
        identity = self.kind.identity_of(self.parse(source).values)
        return "" if identity is None else "|".join((firm, *map(str, identity)))

    def parse(self, source: SourceRow) -> Parsed:
        """The row, cell by cell."""
        return parse_part(source, self.kind, self.reading)

    def decide(self, session: Session, batch: Sequence[Parsed], *, lock: bool) -> list[RowVerdict]:
        """Add, fill, leave, ask or hand back, for each row."""
        sound = [parsed for parsed in batch if parsed.firm is not None and undecided(parsed) is None]
        losing = {parsed.firm.id for parsed in sound if parsed.firm and gone_of(parsed)}
        state = self.load(session, [parsed for parsed in sound if not gone_of(parsed)], lock=lock)
        state.held = self.on_file_of(session, losing, lock=lock) if losing else {}
        state.returned = self.returned_of(session, [each.key for row in sound if (each := stood(row))], lock=lock)
        verdicts = [undecided(parsed) or self._decide(parsed, state) for parsed in batch]
        self.close(state)
        return verdicts

    def _decide(self, parsed: Parsed, state: BatchState) -> RowVerdict:
        if (gone := gone_of(parsed)) is not None:
            return self.decide_gone(parsed, gone, state)
        back = stood(parsed)
        return self.decide_row(parsed, state) if back is None else self.decide_returned(parsed, back, state)

    def close(self, state: BatchState) -> None:
        """What follows when all rows of a batch are decided."""

    def load(self, session: Session, sound: Sequence[Parsed], *, lock: bool) -> BatchState:
        """The records on file that these rows may be about."""
        return BatchState(self.on_file_of(session, {parsed.firm.id for parsed in sound if parsed.firm}, lock=lock))

    def on_file_of(self, session: Session, ids: Collection[int], *, lock: bool) -> dict[Key, Any]:
        """All records of these firms."""
        model: Any = self.kind.part.model
        return self.rows_where(session, one_of(model.enterprise_id, list(ids)), lock=lock)

    def rows_where(self, session: Session, wanted: ColumnElement[bool], *, lock: bool) -> dict[Key, Any]:
        """The records that fulfil a condition, by their key."""
        model: Any = self.kind.part.model
        statement = select(model).where(wanted).order_by(model.id)
        rows = session.scalars(statement.with_for_update() if lock else statement)
        return {self.key(row.enterprise_id, self.kind.part.values_of(row)): row for row in rows}

    def returned_of(self, session: Session, numbers: Sequence[str], *, lock: bool) -> Mapping[str, Any]:
        """The records with these numbers, as exports tell them."""
        model: Any = self.kind.part.model
        ids = [int(number) for number in numbers if number.isascii() and number.isdigit()]
        if not ids:
            return {}
        statement = select(model).where(one_of(model.id, ids)).order_by(model.id)
        rows = session.scalars(statement.with_for_update() if lock else statement)
        return {number_of(row): row for row in rows}

    def key(self, firm_id: int, values: Mapping[str, Any]) -> Key:
        """By what a record is known among those of all firms."""
        return firm_id, *(self.kind.identity_of(values) or ())

    def decide_row(self, parsed: Parsed, state: BatchState) -> RowVerdict:
        """What is to be done with one row whose firm is known."""
        firm = parsed.firm
        assert firm is not None
        key = self.key(firm.id, parsed.values)
        first = state.taken.setdefault(key, parsed.source.number)
        if first != parsed.source.number:
            return rejected(parsed, RowReason("repeat", {"row": first}))
        row = state.on_file.get(key)
        if is_added(parsed) and row is not None:
            return rejected(parsed, RowReason("origin.on_file"))
        parsed.name = parsed.name or firm.name
        verdict = self.compare(parsed, row)
        verdict.target_id = firm.id
        return verdict

    def decide_gone(self, parsed: Parsed, gone: GoneWords, state: BatchState) -> RowVerdict:
        """What is to be done with records that a cell of their firm names no more."""
        raise NotImplementedError

    def decide_returned(self, parsed: Parsed, back: ReturnedRecord, state: BatchState) -> RowVerdict:
        """What is to be done with one row that comes back from an export: it may not become what another record is."""
        firm = parsed.firm
        assert firm is not None
        row = state.returned.get(back.key)
        verdict = weigh_record(
            parsed, row if row is not None and row.enterprise_id == firm.id else None, self.kind.returning
        )
        verdict.target_id, parsed.name = firm.id, parsed.name or firm.name
        if row is not None and not verdict.values.keys().isdisjoint(self.kind.identity):
            key = self.key(firm.id, self.kind.part.values_of(row) | verdict.values)
            if state.on_file.get(key, row) is not row or state.taken.setdefault(key, row.id) != row.id:
                return rejected(parsed, RowReason("origin.same_as"))
        return verdict

    def compare(self, parsed: Parsed, row: Any) -> RowVerdict:
        """A new record, or what the row fills and where it differs."""
        told = {name: parsed.values[name] for name in self.kind.names if parsed.values.get(name) not in EMPTY}
        if row is None:
            return RowVerdict(parsed, RowOutcome.CREATED, list(parsed.remarks), values=told)
        verdict = RowVerdict(parsed, RowOutcome.UNCHANGED, list(parsed.remarks), row)
        for name, value in told.items():
            ours = getattr(row, name)
            if ours == value or name in (*self.kind.identity, *self.kind.apart):
                continue
            if ours in EMPTY:
                verdict.values[name] = value
            elif name not in parsed.computed or self.was_computed(row, name):
                verdict.differences[name] = (ours, value)
        if verdict.differences:
            verdict.outcome = RowOutcome.DIFFERS
        elif verdict.values:
            verdict.outcome = RowOutcome.CHANGED
        return verdict

    def was_computed(self, row: Any, name: str) -> bool:
        """Whether what stands was computed itself, so that a computed value may say otherwise; one that was told stands."""
        return False

    def records_of(self, verdict: RowVerdict) -> list[NewRecord]:
        """The records that a row adds."""
        firm = verdict.parsed.firm
        assert firm is not None
        return [NewRecord(firm, verdict.values)] if verdict.outcome is RowOutcome.CREATED else []

    def row_of(self, record: NewRecord) -> dict[str, Any]:
        """The row of a new record."""
        unknown = {name: self.kind.part.fields[name].unknown for name in self.kind.names}
        return {**unknown, **record.values, "enterprise_id": record.firm.id}

    def write(self, session: Session, verdicts: Sequence[RowVerdict], now: datetime) -> None:
        """Insert the new records in bulk, fill the others; each is one event of its firm."""
        decided = [verdict for verdict in verdicts if verdict.parsed.firm is not None]
        new = [record for verdict in decided for record in self.records_of(verdict)]
        ids = insert_numbered(session, self.kind.part.model, [self.row_of(record) for record in new])
        pending = [
            self._event("added", record, key, {name: (None, value) for name, value in record.values.items()}, now)
            for key, record in zip(ids, new, strict=True)
        ]
        pending += [self._fill(verdict, now) for verdict in decided if verdict.existing is not None and verdict.values]
        touched = [event.subject.enterprise_id for event in pending]
        if touched:
            statement = update(Enterprise).where(one_of(Enterprise.id, touched)).values(updated_at=now)
            session.execute(statement.execution_options(synchronize_session=False))
        record_many(session, pending)

    def settle(self, session: Session, settlement: SettledDifference) -> None:
        """Write what a person decided about one field."""
        row = self._row_of_key(session, settlement)
        firm = session.get(Enterprise, settlement.firm_id)
        if row is None or firm is None:
            raise NotFound("enterprise.part.missing", _("没有找到这条记录，它可能已被移除。"))
        name = settlement.field
        before = getattr(row, name)
        require_unchanged({name: before}, {name: settlement.expected})
        setattr(row, name, stored_value(name, settlement.wanted))
        shown, personal = told_apart(self.kind.part, {name: (before, getattr(row, name))})
        data = {**settlement.data, "id": row.id}
        note(
            session,
            settlement.actor,
            firm,
            settlement.event,
            settlement.now,
            changes=shown,
            data=data,
            private=personal,
        )

    def _fill(self, verdict: RowVerdict, now: datetime) -> PendingEvent:
        row, firm = verdict.existing, verdict.parsed.firm
        assert firm is not None
        changes: dict[str, Change] = {name: (getattr(row, name), value) for name, value in verdict.values.items()}
        for name, value in verdict.values.items():
            setattr(row, name, value)
        return self._event("changed", NewRecord(firm, self.kind.part.values_of(row)), row.id, changes, now)

    def _event(
        self, done: str, record: NewRecord, key: int, changes: Mapping[str, Change], now: datetime
    ) -> PendingEvent:
        part, firm = self.kind.part, record.firm
        shown, personal = told_apart(part, changes)
        blank = dict.fromkeys(part.columns, "")
        label = "" if part.personal else part.label(SimpleNamespace(**{**blank, **record.values}))
        data = {"import": self.intake.run_id, "id": key, "note": label}
        subject = subject_key(firm.id, firm.name, firm.region_code)
        return PendingEvent(self.intake.actor, now, f"enterprise.{part.code}_{done}", subject, shown, data, personal)

    def _row_of_key(self, session: Session, settlement: SettledDifference) -> Any:
        _firm, *identity = settlement.key.split("|", len(self.kind.identity) + len(self.kind.apart))
        model: Any = self.kind.part.model
        rows = session.scalars(select(model).where(model.enterprise_id == settlement.firm_id).with_for_update())
        for row in rows:
            known = self.kind.identity_of(self.kind.part.values_of(row))
            if known is not None and list(map(str, known)) == identity:
                return row
        return None
