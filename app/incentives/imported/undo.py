"""Taking awards of the past back that an import recorded."""

from typing import Any

from app.enterprises.imports.undo.domain import EventEffect
from app.enterprises.imports.undo.reversal import Private, Reversal, Undoing
from app.incentives import events
from app.incentives.models import PastAward
from app.journal.domain import SubjectKey
from app.journal.models import JournalEvent
from app.kit.i18n import N_


class AwardReversal(Reversal):
    """Awards of the past, which only imports write."""

    code = "award"
    label = N_("往年奖补")
    model = PastAward
    words = "past_award"
    columns = ("year", "scheme_name", "amount_fen", "state", "paid_on", "document", "note", "scheme_code")
    removed = events.PAST_REMOVED
    returned = events.PAST_CHANGED

    def key_of(self, event: JournalEvent) -> int | None:
        """The award that an event is about."""
        return int(event.subject_id) if event.subject_kind == "past_award" else None

    def effect_of(self, event: JournalEvent, private: Private) -> EventEffect:
        """Its columns; the scheme of today that it means stands beside them."""
        told = {**event.changes, "scheme_code": event.data.get("scheme_code")}
        changes = {name: tuple(pair) for name, pair in told.items() if pair}
        return EventEffect(event.type == events.PAST_ADDED, changes)

    def named(self, row: Any) -> str:
        """Its year and purpose."""
        return f"{row.year} {row.scheme_name}"

    def subject(self, undoing: Undoing, row: Any) -> SubjectKey:
        """The award, of its firm."""
        firm = undoing.firms[row.enterprise_id]
        return SubjectKey("past_award", str(row.id), f"{firm.name} {self.named(row)}", firm.id, firm.region_code)


AWARD = AwardReversal()
