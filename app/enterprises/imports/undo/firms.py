"""Taking firms back: one that an import registered goes with its index row and former names, a changed one gets its fields again."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select

from app.enterprises import events
from app.enterprises.fields import WRITTEN
from app.enterprises.imports.undo.domain import EventEffect, RecordEffect, Tally
from app.enterprises.imports.undo.references import computed, references
from app.enterprises.imports.undo.reversal import DECIDED, Private, Reversal, Undoing
from app.enterprises.models import Enterprise, FormerName
from app.enterprises.search_index import reindex, remove_from_index
from app.enterprises.service.recording import snapshot, subject_of
from app.enterprises.service.registering import DERIVED_FROM, derived, marks
from app.journal.domain import Change, SubjectKey
from app.journal.models import JournalEvent
from app.kit.db import Base, composition_of
from app.kit.i18n import N_
from app.kit.membership import one_of
from app.kit.pointers import pointing_at

FORMER_NAMES = "former_names"


class FirmReversal(Reversal):
    """Firms."""

    code = "firm"
    label = N_("企业")
    model = Enterprise
    words = "enterprise"
    last = True
    columns = WRITTEN
    removed = events.REMOVED
    returned = events.IMPORT_UNDONE

    def key_of(self, event: JournalEvent) -> int | None:
        """Events of a firm whose fields stand by their own names."""
        own = event.type in (events.IMPORTED, events.CHANGED_BY_IMPORT)
        decided = event.type in DECIDED and event.subject_kind == "enterprise" and not _of_a_part(event.changes)
        return event.enterprise_id if own or decided else None

    def effect_of(self, event: JournalEvent, private: Private) -> EventEffect:
        """Its fields, and the former names that the list told."""
        changes = {name: tuple(pair) for name, pair in event.changes.items() if name in WRITTEN}
        told = event.data.get(FORMER_NAMES) or (event.changes.get(FORMER_NAMES) or (None, None))[1]
        if told:
            changes[FORMER_NAMES] = (None, told)
        return EventEffect(event.type == events.IMPORTED, changes, event.type in DECIDED)

    @property
    def blank(self) -> Mapping[str, Any]:
        """A code is confirmed unless a list said otherwise."""
        return {**super().blank, "uscc_confirmed": True}

    def firm_of(self, undoing: Undoing, row: Any) -> Enterprise:
        """Itself."""
        firm: Enterprise = row
        return firm

    def named(self, row: Any) -> str:
        """By its name and code."""
        return f"{row.name} {row.uscc}"

    def subject(self, undoing: Undoing, row: Any) -> SubjectKey:
        """The firm."""
        return subject_of(row)

    def data(self, row: Any) -> dict[str, Any]:
        """The subject says who it is."""
        return {}

    def put(self, undoing: Undoing, effect: RecordEffect, row: Any, values: Mapping[str, Any]) -> None:
        """Fields return with what follows from them. What a person had given up for the list's content counts as a person's again."""
        super().put(undoing, effect, row, values)
        decided = [name for name in values if effect.fields[name].decided]
        row.edited_fields = row.edited_fields | marks(undoing.actor, undoing.now, decided)
        row.version += 1
        if not DERIVED_FROM.isdisjoint(values):
            for name, value in derived(snapshot(row)).items():
                setattr(row, name, value)

    def take_back(self, undoing: Undoing, effects: Sequence[RecordEffect], tally: Tally) -> None:
        """Besides: former names of firms that stay, which the list told or which they bear again."""
        super().take_back(undoing, effects, tally)
        if undoing.writes:
            _forget_names(undoing, [effect for effect in effects if not effect.created])

    def references(self, undoing: Undoing, rows: Sequence[Any], tally: Tally) -> dict[int, list[str]]:
        """All but what is computed of a firm or part of it."""
        but = {FormerName.__tablename__, *computed(undoing.session)}
        return references(undoing.session, Enterprise, [row.id for row in rows], going=tally.gone, but=but)

    def delete(self, undoing: Undoing, rows: Sequence[Any]) -> None:
        """The firms with all that is only theirs."""
        ids, session = [row.id for row in rows], undoing.session
        parts = {FormerName.__tablename__, *computed(session)}
        for table, column in pointing_at(composition_of(session), Base.metadata.tables[Enterprise.__tablename__]):
            if table.name in parts:
                session.execute(delete(table).where(one_of(column, ids)))
        remove_from_index(session, ids)
        super().delete(undoing, rows)

    def count(self, tally: Tally, number: int) -> None:
        """Firms are counted apart."""
        tally.firms += number


def _of_a_part(changes: Mapping[str, Change]) -> bool:
    return any("." in name or name == "tags" for name in changes)


def _forget_names(undoing: Undoing, effects: Sequence[RecordEffect]) -> None:
    """Former names that the list told, and the one that a firm bears again; of all firms at once."""
    session = undoing.session
    named: dict[Any, set[str]] = {}
    for effect in effects:
        told = [name for each in effect.effects for name in each.changes.get(FORMER_NAMES, (None, ()))[1]]
        if told or "name" in effect.fields:
            named[effect.key] = {*told, *_own_name(undoing, effect)}
    if not named:
        return
    session.flush()
    known = select(FormerName.id, FormerName.enterprise_id, FormerName.name)
    rows = session.execute(known.where(one_of(FormerName.enterprise_id, sorted(named))))
    gone = [key for key, firm_id, name in rows if name in named[firm_id]]
    session.execute(delete(FormerName).where(one_of(FormerName.id, gone)).execution_options(synchronize_session=False))
    reindex(session, sorted(named))


def _own_name(undoing: Undoing, effect: RecordEffect) -> list[str]:
    """The name that a firm bears again: what the import had made of it is no former name, nor is it itself."""
    key: Any = effect.key
    firm = undoing.firms.get(key)
    return [firm.name] if firm is not None and "name" in effect.fields else []


FIRM = FirmReversal()
