"""Taking a list of yearly figures in, a batch at a time."""

from collections.abc import Collection, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.enterprises.imports.difference_text import require_unchanged
from app.enterprises.imports.domain import RowOutcome
from app.enterprises.imports.figure.jumps import note_jumps
from app.enterprises.imports.figure.reader import FigureTables, figures_key, parse_figures
from app.enterprises.imports.reasons import CONTRADICTED, RowReason
from app.enterprises.imports.registers import IntakeContext
from app.enterprises.imports.returned.record import RecordFields, is_added, number_of, stood, weigh_record
from app.enterprises.imports.row_reader import Parsed, SourceRow
from app.enterprises.imports.verdict import RowVerdict, SettledDifference, rejected, undecided
from app.enterprises.models import Enterprise, YearlyFigures
from app.enterprises.part_fields import FIGURE_NAMES
from app.enterprises.service.recording import note, subject_key
from app.journal.domain import Change, PendingEvent
from app.journal.service import record_many
from app.kit.bulk import insert_numbered
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.membership import one_of

ADDED, CHANGED = "enterprise.figures_added", "enterprise.figures_changed"

_IDENTITY = ("year", "basis", "source")
#: What comes back from an export: a figure has the name of its column.
RETURNING = RecordFields({}, dict.fromkeys(FIGURE_NAMES), needed=frozenset(_IDENTITY), register="figures")

Key = tuple[int, int, str, str]


@dataclass(frozen=True)
class FigureTaker:
    """Takes in yearly figures of firms on file."""

    tables: FigureTables
    intake: IntakeContext

    def key_of(self, source: SourceRow) -> str:
        """Firm, year, basis and source as the row writes them."""
        return "" if source.problem else figures_key(source, self.tables)

    def parse(self, source: SourceRow) -> Parsed:
        """The row, cell by cell."""
        return parse_figures(source, self.tables)

    def decide(self, session: Session, batch: Sequence[Parsed], *, lock: bool) -> list[RowVerdict]:
        """Add, change, leave, ask or hand back, for each row."""
        sound = [parsed for parsed in batch if parsed.firm is not None and undecided(parsed) is None]
        on_file = load_figures(session, {parsed.firm.id for parsed in sound if parsed.firm}, lock=lock)
        by_number = {number_of(row): row for row in on_file.values()}
        note_jumps(sound, on_file.values())
        repeats: dict[Key, int] = {}
        return [
            undecided(parsed)
            or self._decide_returned(parsed, on_file, by_number, repeats)
            or self._decide(parsed, on_file, repeats)
            for parsed in batch
        ]

    def write(self, session: Session, verdicts: Sequence[RowVerdict], now: datetime) -> None:
        """Insert the new years in bulk, change the others; each is one event of its firm."""
        pending = [*self._insert(session, verdicts, now), *self._update(verdicts, now)]
        self._note_said(session, verdicts)
        touched = {event.subject.enterprise_id for event in pending}
        if touched:
            statement = update(Enterprise).where(Enterprise.id.in_(touched)).values(updated_at=now)
            session.execute(statement.execution_options(synchronize_session=False))
        record_many(session, pending)

    def settle(self, session: Session, settlement: SettledDifference) -> None:
        """Write what a person decided about a figure. A contradiction inside one import left it empty; the person's word counts as theirs."""
        firm = session.get(Enterprise, settlement.firm_id)
        row = _row_of_key(session, settlement)
        if firm is None or row is None:
            raise NotFound("figures.missing", _("这条年度数据已不在库中。"))
        name, contradicted = settlement.field, settlement.field in _contradicted(row)
        if not contradicted:
            require_unchanged({name: getattr(row, name)}, {name: settlement.expected})
        before = getattr(row, name)
        if settlement.wanted is None:
            write_figures(row, {name: None}, settlement.now, run_id=settlement.data["import"])
        elif settlement.by_hand or contradicted:
            set_by_hand(row, {name: settlement.wanted}, settlement.now)
        else:
            write_figures(row, {name: settlement.wanted}, settlement.now, run_id=settlement.data["import"])
        changes = {f"figures.{name}": (before, settlement.wanted)}
        data = {**settlement.data, "id": row.id}
        note(session, settlement.actor, firm, settlement.event, settlement.now, changes=changes, data=data)

    def _insert(self, session: Session, verdicts: Sequence[RowVerdict], now: datetime) -> list[PendingEvent]:
        new = [verdict for verdict in verdicts if verdict.outcome is RowOutcome.CREATED]
        ids = insert_numbered(session, YearlyFigures, [self._row_of(verdict, now) for verdict in new])
        return [self._event(verdict, ADDED, key, now) for key, verdict in zip(ids, new, strict=True)]

    def _update(self, verdicts: Sequence[RowVerdict], now: datetime) -> list[PendingEvent]:
        events = []
        for verdict in verdicts:
            row = verdict.existing
            if isinstance(row, YearlyFigures) and verdict.values:
                events.append(self._event(verdict, CHANGED, row.id, now))
                if verdict.by_hand:
                    set_by_hand(row, verdict.values, now)
                else:
                    write_figures(row, verdict.values, now, run_id=self.intake.run_id)
                    row.unread_cells = verdict.parsed.unread
        return events

    def _note_said(self, session: Session, verdicts: Sequence[RowVerdict]) -> None:
        """What this import says as it stands: another sheet of it that says otherwise contradicts it.

        Rows of one list mostly say the same figures, so that a statement or two mark a whole batch.
        """
        marked: dict[tuple[tuple[str, int], ...], list[int]] = {}
        for verdict in verdicts:
            row, values = verdict.existing, verdict.parsed.values
            if not isinstance(row, YearlyFigures) or verdict.by_hand:
                continue
            said = [name for name in FIGURE_NAMES if name in values and values[name] == row.imported.get(name)]
            marks = row.imported_in | dict.fromkeys(said, self.intake.run_id)
            if verdict.values:
                row.imported_in = marks
            elif marks != row.imported_in:
                set_committed_value(row, "imported_in", marks)
                marked.setdefault(tuple(sorted(marks.items())), []).append(row.id)
        for told, ids in marked.items():
            statement = update(YearlyFigures).where(one_of(YearlyFigures.id, ids)).values(imported_in=dict(told))
            session.execute(statement.execution_options(synchronize_session=False))

    def _event(self, verdict: RowVerdict, event: str, row_id: int, now: datetime) -> PendingEvent:
        row, parsed = verdict.existing, verdict.parsed
        before: Mapping[str, Any] = (
            {name: getattr(row, name) for name in verdict.values} if isinstance(row, YearlyFigures) else {}
        )
        after = verdict.values if before else {code: parsed.values[code] for code in _IDENTITY} | verdict.values
        changes: dict[str, Change] = {f"figures.{name}": (before.get(name), value) for name, value in after.items()}
        firm = parsed.firm
        assert firm is not None
        data = {"import": self.intake.run_id, "id": row_id, "note": label_of(parsed.values)}
        if isinstance(row, YearlyFigures):
            data |= _provenance(row, verdict)
        subject = subject_key(firm.id, firm.name, firm.region_code)
        return PendingEvent(self.intake.actor, now, event, subject, changes, data)

    def _decide(
        self, parsed: Parsed, on_file: Mapping[Key, YearlyFigures], repeats: MutableMapping[Key, int]
    ) -> RowVerdict:
        firm, values = parsed.firm, parsed.values
        assert firm is not None
        key = (firm.id, values["year"], values["basis"], values["source"])
        if is_added(parsed) and key in on_file:
            return rejected(parsed, RowReason("origin.on_file"))
        first = repeats.setdefault(key, parsed.source.number)
        if first != parsed.source.number:
            return rejected(parsed, RowReason("repeat", {"row": first}))
        parsed.name = parsed.name or firm.name
        verdict = self._compare(parsed, on_file.get(key))
        verdict.target_id = firm.id
        return verdict

    def _decide_returned(
        self,
        parsed: Parsed,
        on_file: Mapping[Key, YearlyFigures],
        by_number: Mapping[str, YearlyFigures],
        taken: MutableMapping[Key, int],
    ) -> RowVerdict | None:
        """What is to be done with a row that comes back from an export; None for any other."""
        back, firm = stood(parsed), parsed.firm
        if back is None:
            return None
        assert firm is not None
        row = by_number.get(back.key)
        verdict = weigh_record(parsed, row, RETURNING)
        verdict.target_id, parsed.name = firm.id, parsed.name or firm.name
        if row is not None and not verdict.values.keys().isdisjoint(_IDENTITY):
            year, basis, source = (verdict.values.get(name, getattr(row, name)) for name in _IDENTITY)
            key = (firm.id, year, basis, source)
            if key in on_file or taken.setdefault(key, row.id) != row.id:
                return rejected(parsed, RowReason("origin.same_as"))
        return verdict

    def _compare(self, parsed: Parsed, row: YearlyFigures | None) -> RowVerdict:
        """A figure that still is what an import wrote may be written anew; one that a person set is asked about, and so are two
        that this import tells differently: of those neither stands.
        """
        theirs = {name: parsed.values[name] for name in FIGURE_NAMES if name in parsed.values}
        if row is None:
            return RowVerdict(parsed, RowOutcome.CREATED, list(parsed.remarks), values=theirs)
        verdict = RowVerdict(parsed, RowOutcome.UNCHANGED, list(parsed.remarks), row)
        for name, value in theirs.items():
            ours = getattr(row, name)
            if self._contradicts(row, name, value):
                verdict.differences[name] = (ours, value)
                verdict.reasons.append(RowReason(CONTRADICTED, {"column": name}))
                if ours is not None:
                    verdict.values[name] = None
            elif ours is None or (ours != value and ours == row.imported.get(name)):
                verdict.values[name] = value
            elif ours != value:
                verdict.differences[name] = (ours, value)
        if verdict.differences:
            verdict.outcome = RowOutcome.DIFFERS
        elif verdict.values:
            verdict.outcome = RowOutcome.CHANGED
        return verdict

    def _contradicts(self, row: YearlyFigures, name: str, value: int) -> bool:
        """Whether this very import told the figure before, and otherwise."""
        if row.imported_in.get(name) != self.intake.run_id:
            return False
        ours = getattr(row, name)
        return name in _contradicted(row) or (ours != value and ours == row.imported.get(name))

    def _row_of(self, verdict: RowVerdict, now: datetime) -> dict[str, Any]:
        values, firm = verdict.parsed.values, verdict.parsed.firm
        assert firm is not None
        return {
            **dict.fromkeys(FIGURE_NAMES),
            **verdict.values,
            "enterprise_id": firm.id,
            "year": values["year"],
            "basis": values["basis"],
            "source": values["source"],
            "note": "",
            "imported": dict(verdict.values),
            "imported_in": dict.fromkeys(verdict.values, self.intake.run_id),
            "unread_cells": verdict.parsed.unread,
            "updated_at": now,
        }


def _provenance(row: YearlyFigures, verdict: RowVerdict) -> dict[str, Any]:
    """What the events of a change keep besides: which imports had told the figures, which cells could not be read."""
    found: dict[str, Any] = {}
    if told_in := {name: row.imported_in[name] for name in verdict.values if name in row.imported_in}:
        found["imported_in"] = told_in
    if row.unread_cells != verdict.parsed.unread and not verdict.by_hand:
        found["unread_cells"] = [row.unread_cells, verdict.parsed.unread]
    return found


def write_figures(row: YearlyFigures, values: Mapping[str, Any], now: datetime, *, run_id: int) -> None:
    """Set figures that came from a list, remembering from which import."""
    for name, value in values.items():
        setattr(row, name, value)
    row.imported = row.imported | dict(values)
    row.imported_in = row.imported_in | dict.fromkeys(values, run_id)
    row.updated_at = now


def label_of(values: Mapping[str, Any]) -> str:
    """How a record of figures is called."""
    return f"{values['year']} {values['basis']} {values['source']}"


def load_figures(session: Session, ids: Collection[int], *, lock: bool) -> dict[Key, YearlyFigures]:
    """All figures on file of these firms."""
    statement = select(YearlyFigures).where(one_of(YearlyFigures.enterprise_id, list(ids))).order_by(YearlyFigures.id)
    rows = session.scalars(statement.with_for_update() if lock else statement)
    return {(row.enterprise_id, row.year, row.basis, row.source): row for row in rows}


def _contradicted(row: YearlyFigures) -> set[str]:
    """The figures that stand empty because one import told them twice, each time otherwise."""
    return {name for name, value in row.imported.items() if value is None and getattr(row, name) is None}


def set_by_hand(row: YearlyFigures, values: Mapping[str, Any], now: datetime) -> None:
    """Set what a person told: no import has a say about it any more."""
    for name, value in values.items():
        setattr(row, name, value)
    row.imported = {each: kept for each, kept in row.imported.items() if each not in values}
    row.imported_in = {each: kept for each, kept in row.imported_in.items() if each not in values}
    row.updated_at = now


def _row_of_key(session: Session, settlement: SettledDifference) -> YearlyFigures | None:
    _code, year, basis, source = settlement.key.split("|")
    wanted = select(YearlyFigures).filter_by(
        enterprise_id=settlement.firm_id, year=int(year), basis=basis, source=source
    )
    return session.scalar(wanted.with_for_update())
