"""Taking a list of yearly figures in, a batch at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.enterprises.imports.domain import RowOutcome
from app.enterprises.imports.figure_reader import FigureTables, figures_key, parse_figures
from app.enterprises.imports.name_check import NameCheck, check_names
from app.enterprises.imports.reasons import RowReason
from app.enterprises.imports.row_reader import Parsed, SourceRow
from app.enterprises.imports.verdict import RowVerdict, rejected
from app.enterprises.models import Enterprise, FormerCode, YearlyFigures
from app.enterprises.part_fields import FIGURE_NAMES
from app.enterprises.service.recording import subject_key
from app.journal.domain import Change, PendingEvent
from app.journal.service import record_many
from app.kit.actor import Actor
from app.kit.bulk import insert_numbered

ADDED, CHANGED = "enterprise.figures_added", "enterprise.figures_changed"

_IDENTITY = ("year", "basis", "source")

Key = tuple[int, int, str, str]


@dataclass(frozen=True)
class FigureTaker:
    """Takes in yearly figures as `actor`; firms must be on file already.

    `confirmation` is a person's reason why a row is about the firm of its code though it names it otherwise.
    """

    tables: FigureTables
    actor: Actor
    run_id: int
    confirmation: str = ""

    def key_of(self, source: SourceRow) -> str:
        """Firm, year, basis and source as the row writes them."""
        return "" if source.problem else figures_key(source, self.tables)

    def parse(self, source: SourceRow) -> Parsed:
        """The row, cell by cell."""
        return parse_figures(source, self.tables)

    def decide(self, session: Session, batch: Sequence[Parsed], *, lock: bool) -> list[RowVerdict]:
        """Add, change, leave, ask or hand back, for each row."""
        sound = [parsed for parsed in batch if not parsed.refusals]
        firms = _firms(session, [parsed.key for parsed in sound])
        known = [(parsed, firms[parsed.key]) for parsed in sound if parsed.key in firms]
        names = NameCheck() if self.confirmation else check_names(session, known, prefix=self.actor.region_prefix)
        existing = _figures(session, {firm.id for firm in firms.values()}, lock=lock)
        return [self._decide(parsed, firms, names, existing) for parsed in batch]

    def write(self, session: Session, verdicts: Sequence[RowVerdict], now: datetime) -> None:
        """Insert the new years in bulk, change the others; each is one event of its firm."""
        pending = [*self._insert(session, verdicts, now), *self._update(verdicts, now)]
        touched = {event.subject.enterprise_id for event in pending}
        if touched:
            statement = update(Enterprise).where(Enterprise.id.in_(touched)).values(updated_at=now)
            session.execute(statement.execution_options(synchronize_session=False))
        record_many(session, pending)

    def _insert(self, session: Session, verdicts: Sequence[RowVerdict], now: datetime) -> list[PendingEvent]:
        new = [verdict for verdict in verdicts if verdict.outcome is RowOutcome.CREATED]
        ids = insert_numbered(session, YearlyFigures, [_row_of(verdict, now) for verdict in new])
        return [self._event(verdict, ADDED, key, now) for key, verdict in zip(ids, new, strict=True)]

    def _update(self, verdicts: Sequence[RowVerdict], now: datetime) -> list[PendingEvent]:
        events = []
        for verdict in verdicts:
            row = verdict.existing
            if not isinstance(row, YearlyFigures) or not verdict.values:
                continue
            events.append(self._event(verdict, CHANGED, row.id, now))
            write_figures(row, verdict.values, now)
            row.unread_cells = verdict.parsed.unread
        return events

    def _event(self, verdict: RowVerdict, event: str, row_id: int, now: datetime) -> PendingEvent:
        row, parsed = verdict.existing, verdict.parsed
        before: Mapping[str, Any] = (
            {name: getattr(row, name) for name in verdict.values} if isinstance(row, YearlyFigures) else {}
        )
        after = verdict.values if before else {code: parsed.values[code] for code in _IDENTITY} | verdict.values
        changes: dict[str, Change] = {f"figures.{name}": (before.get(name), value) for name, value in after.items()}
        firm: Enterprise = parsed.values["firm"]
        data = {"import": self.run_id, "id": row_id, "note": label_of(parsed.values)}
        subject = subject_key(firm.id, firm.name, firm.region_code)
        return PendingEvent(self.actor, now, event, subject, changes, data)

    def _decide(
        self,
        parsed: Parsed,
        firms: Mapping[str, Enterprise],
        names: NameCheck,
        existing: Mapping[Key, YearlyFigures],
    ) -> RowVerdict:
        if parsed.refusals:
            return rejected(parsed)
        firm = firms.get(parsed.key)
        if firm is None:
            return rejected(parsed, RowReason("enterprise.unknown"))
        if firm.disabled_on is not None:
            return rejected(parsed, RowReason("enterprise.disabled", {"on": firm.disabled_on.isoformat()}))
        if not firm.region_code.startswith(self.actor.region_prefix):
            return rejected(parsed, RowReason("enterprise.outside"))
        if contradiction := names.contradictions.get(parsed.source.number):
            return RowVerdict(parsed, RowOutcome.QUEUED, [contradiction, *parsed.remarks], target_id=firm.id)
        parsed.values["firm"] = firm
        parsed.name = parsed.name or firm.name
        values = parsed.values
        row = existing.get((firm.id, values["year"], values["basis"], values["source"]))
        verdict = _compare(parsed, row)
        verdict.target_id = firm.id
        return verdict


def write_figures(row: YearlyFigures, values: Mapping[str, Any], now: datetime) -> None:
    """Set figures that came from a list, remembering that they did."""
    for name, value in values.items():
        setattr(row, name, value)
    row.imported = row.imported | dict(values)
    row.updated_at = now


def label_of(values: Mapping[str, Any]) -> str:
    """How a record of figures is called."""
    return f"{values['year']} {values['basis']} {values['source']}"


def _compare(parsed: Parsed, row: YearlyFigures | None) -> RowVerdict:
    """A figure that still is what an import wrote may be written anew; one that a person set is asked about."""
    theirs = {name: parsed.values[name] for name in FIGURE_NAMES if name in parsed.values}
    if row is None:
        return RowVerdict(parsed, RowOutcome.CREATED, list(parsed.remarks), values=theirs)
    verdict = RowVerdict(parsed, RowOutcome.UNCHANGED, list(parsed.remarks), row)
    for name, value in theirs.items():
        ours = getattr(row, name)
        if ours == value:
            continue
        if ours is None or ours == row.imported.get(name):
            verdict.values[name] = value
        else:
            verdict.differences[name] = (ours, value)
    if verdict.differences:
        verdict.outcome = RowOutcome.DIFFERS
    elif verdict.values:
        verdict.outcome = RowOutcome.CHANGED
    return verdict


def _row_of(verdict: RowVerdict, now: datetime) -> dict[str, Any]:
    values = verdict.parsed.values
    empty = dict.fromkeys(FIGURE_NAMES)
    return {
        **empty,
        **verdict.values,
        "enterprise_id": values["firm"].id,
        "year": values["year"],
        "basis": values["basis"],
        "source": values["source"],
        "note": "",
        "imported": dict(verdict.values),
        "unread_cells": verdict.parsed.unread,
        "updated_at": now,
    }


def _firms(session: Session, codes: Sequence[str]) -> dict[str, Enterprise]:
    firms = {firm.uscc: firm for firm in session.scalars(select(Enterprise).where(Enterprise.uscc.in_(codes)))}
    bore = (
        select(FormerCode.uscc, Enterprise)
        .join(Enterprise, Enterprise.id == FormerCode.enterprise_id)
        .where(FormerCode.uscc.in_([code for code in codes if code not in firms]))
    )
    return firms | dict(session.execute(bore).all())


def _figures(session: Session, ids: set[int], *, lock: bool) -> dict[Key, YearlyFigures]:
    statement = select(YearlyFigures).where(YearlyFigures.enterprise_id.in_(ids)).order_by(YearlyFigures.id)
    rows = session.scalars(statement.with_for_update() if lock else statement)
    return {(row.enterprise_id, row.year, row.basis, row.source): row for row in rows}
