"""How the records of one kind are taken back: which events tell of them, what they hold, how they go and how fields return."""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, cast

from sqlalchemy import Date, delete, inspect, select
from sqlalchemy.orm import Session

from app.enterprises.imports import events
from app.enterprises.imports.undo.domain import (
    CHANGED,
    OUTSIDE,
    RETIRED,
    USED,
    EventEffect,
    Leftover,
    RecordEffect,
    RecordFate,
    Tally,
    decide,
)
from app.enterprises.imports.undo.references import references
from app.enterprises.models import Enterprise
from app.journal.domain import Change, PendingEvent, SubjectKey, plain
from app.journal.models import JournalEvent
from app.journal.service import record_many
from app.kit.actor import Actor
from app.kit.db import Base
from app.kit.membership import one_of

#: A person's word about a difference is part of the import, and goes back with it.
DECIDED = frozenset({events.TAKEN, events.GIVEN_BACK})
Private = Mapping[str, Any]


@dataclass(frozen=True)
class Undoing:
    """A batch of an import on its way back. `writes` is False where it is only looked at; `firms` are those of the batch, locked."""

    session: Session
    actor: Actor
    run_id: int
    now: datetime
    writes: bool
    firms: Mapping[int, Enterprise] = field(default_factory=dict)


class Reversal:
    """Records of one table. Subclasses say which events are theirs and what is special."""

    code: ClassVar[str] = ""
    label: ClassVar[str] = ""
    model: ClassVar[type[Base]] = Base
    #: What the journal puts before the names of its fields.
    words: ClassVar[str] = ""
    #: Whether other records of an import point at these: they go last.
    last: ClassVar[bool] = False

    @property
    def columns(self) -> Collection[str]:
        """The columns by which a person would have changed a record."""
        raise NotImplementedError

    @property
    def removed(self) -> str:
        """The type of the event by which a record goes."""
        raise NotImplementedError

    @property
    def returned(self) -> str:
        """The type of the event by which fields return."""
        raise NotImplementedError

    def key_of(self, event: JournalEvent) -> Hashable | None:
        """Which record an event is about; None when it is about none of these."""
        raise NotImplementedError

    def effect_of(self, event: JournalEvent, private: Private) -> EventEffect:
        """What an event did."""
        raise NotImplementedError

    def subject(self, undoing: Undoing, row: Any) -> SubjectKey:
        """Of whom the events tell."""
        raise NotImplementedError

    # -- what is usual -----------------------------------------------------------------------------------------------

    def load(self, undoing: Undoing, keys: Sequence[Any]) -> dict[Any, Any]:
        """The rows that are there, locked where they will be written."""
        model: Any = self.model
        statement = select(model).where(one_of(model.id, list(keys))).order_by(model.id)
        rows = undoing.session.scalars(statement.with_for_update() if undoing.writes else statement)
        return {row.id: row for row in rows}

    def state(self, undoing: Undoing, row: Any) -> dict[str, Any]:
        """What a record holds, in plain values."""
        return {name: plain(getattr(row, name)) for name in self.columns}

    @property
    def blank(self) -> Mapping[str, Any]:
        """What columns hold that nobody filled."""
        columns = cast(Any, inspect(self.model).columns)
        defaults = {name: columns[name].default for name in self.columns}
        return {name: each.arg for name, each in defaults.items() if each is not None and each.is_scalar}

    def firm_of(self, undoing: Undoing, row: Any) -> Enterprise | None:
        """The firm that a record belongs to."""
        return undoing.firms.get(row.enterprise_id)

    def named(self, row: Any) -> str:
        """How a record is called."""
        raise NotImplementedError

    def put(self, undoing: Undoing, effect: RecordEffect, row: Any, values: Mapping[str, Any]) -> None:
        """Write fields back."""
        for name, value in values.items():
            setattr(row, name, value)

    def delete(self, undoing: Undoing, rows: Sequence[Any]) -> None:
        """Take rows away."""
        model: Any = self.model
        undoing.session.flush()
        statement = delete(model).where(one_of(model.id, [row.id for row in rows]))
        undoing.session.execute(statement.execution_options(synchronize_session=False))

    def references(self, undoing: Undoing, rows: Sequence[Any], tally: Tally) -> dict[int, list[str]]:
        """What points at rows."""
        return references(undoing.session, self.model, [row.id for row in rows], going=tally.gone)

    def told(self, changes: Mapping[str, Change]) -> tuple[Mapping[str, Change], Private]:
        """Changes as the open journal shows them, and the personal ones."""
        return changes, {}

    def data(self, row: Any) -> dict[str, Any]:
        """What an event says beside the changes."""
        return {"id": row.id, "note": self.named(row)}

    def count(self, tally: Tally, number: int) -> None:
        """Note how many go."""
        tally.records += number

    # -- taking back -------------------------------------------------------------------------------------------------

    def take_back(self, undoing: Undoing, effects: Sequence[RecordEffect], tally: Tally) -> None:
        """Take back what an import did to these records, each by one event; what must stay is noted."""
        rows = self.load(undoing, [effect.key for effect in effects])
        going: list[Any] = []
        pending: list[PendingEvent] = []
        for effect in effects:
            row = rows.get(effect.key)
            if row is None:
                continue
            outcome = self._outcome(undoing, effect, row, tally)
            if outcome.goes:
                going.append(row)
            if outcome.returned:
                tally.fields += len(outcome.returned)
                pending += self._return(undoing, effect, row, outcome)
        pending += self._remove(undoing, going, tally)
        if undoing.writes:
            record_many(undoing.session, pending)

    def _outcome(self, undoing: Undoing, effect: RecordEffect, row: Any, tally: Tally) -> RecordFate:
        outcome = decide(effect, self.state(undoing, row), self.blank)
        if (outcome.goes or outcome.returned) and not self.may_return(undoing, row, tally):
            return RecordFate()
        if effect.created and outcome.touched:
            tally.left.append(self._leftover(undoing, row, CHANGED, about=outcome.touched))
        else:
            tally.left += [self._leftover(undoing, row, CHANGED, name=name) for name in outcome.touched]
        return outcome

    def may_return(self, undoing: Undoing, row: Any, tally: Tally) -> bool:
        """Whether its firm lets it be taken back; what must stay is noted."""
        firm = self.firm_of(undoing, row)
        if firm is None:
            return True
        if not firm.region_code.startswith(undoing.actor.region_prefix):
            tally.left.append(self._leftover(undoing, row, OUTSIDE))
            return False
        if firm.disabled_on is not None:
            tally.left.append(self._leftover(undoing, row, RETIRED))
            return False
        return True

    def _return(self, undoing: Undoing, effect: RecordEffect, row: Any, outcome: RecordFate) -> Iterable[PendingEvent]:
        if not undoing.writes:
            return
        present = self.state(undoing, row)
        self.put(undoing, effect, row, {name: self.stored(name, value) for name, value in outcome.returned.items()})
        changes = {name: (present[name], value) for name, value in outcome.returned.items()}
        yield self._event(undoing, row, self.returned, changes)

    def _remove(self, undoing: Undoing, rows: Sequence[Any], tally: Tally) -> list[PendingEvent]:
        used = self.references(undoing, rows, tally) if rows else {}
        going = [row for row in rows if not used.get(row.id)] if used else list(rows)
        tally.left += [
            self._leftover(undoing, row, USED, about=used[row.id]) for row in rows if used and used.get(row.id)
        ]
        self.count(tally, len(going))
        gone = tally.gone.setdefault(self.model.__tablename__, set())
        gone.update(tuple(inspect(row).identity or ()) for row in going)
        if not undoing.writes or not going:
            return []
        pending = []
        for row in going:
            said = {name: value for name, value in self.state(undoing, row).items() if value not in (None, "", {})}
            pending.append(
                self._event(undoing, row, self.removed, {name: (value, None) for name, value in said.items()})
            )
        self.delete(undoing, going)
        return pending

    def stored(self, name: str, value: Any) -> Any:
        """A plain value as its column keeps it."""
        columns = inspect(self.model).columns
        is_day = name in columns and isinstance(columns[name].type, Date)
        return date.fromisoformat(value) if is_day and isinstance(value, str) else value

    def _event(self, undoing: Undoing, row: Any, event: str, changes: Mapping[str, Change]) -> PendingEvent:
        shown, private = self.told(changes)
        data = {"undone_import": undoing.run_id, **self.data(row)}
        if (firm := self.firm_of(undoing, row)) is not None:
            firm.updated_at = undoing.now
        return PendingEvent(undoing.actor, undoing.now, event, self.subject(undoing, row), shown, data, private)

    def _leftover(
        self, undoing: Undoing, row: Any, reason: str, *, name: str = "", about: Sequence[str] = ()
    ) -> Leftover:
        firm = self.firm_of(undoing, row)
        label = self.named(row) if firm is None or self.last else f"{firm.name} {self.named(row)}".strip()
        key = "|".join(map(str, inspect(row).identity or ()))
        return Leftover(self.code, key, label[:240], reason, firm.id if firm else None, name, tuple(about))
