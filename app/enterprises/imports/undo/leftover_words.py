"""What stayed when an import was taken back, in words: for the page and for the command."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.enterprises.imports.models import ImportLeftover
from app.enterprises.imports.undo.domain import CHANGED, HOLDERS, REASONS, USED, Leftover
from app.enterprises.imports.undo.reversal import Reversal
from app.enterprises.imports.undo.service import reversals_of
from app.journal.domain import EVENTS
from app.kit.db import composition_of
from app.kit.i18n import _


@dataclass(frozen=True)
class LeftoverWords:
    """How kinds of records and their fields are called."""

    reversals: Mapping[str, Reversal]
    fields: Mapping[str, str]

    def kind(self, left: Leftover | ImportLeftover) -> str:
        """What kind of record it is."""
        return _(self.reversals[left.register].label) if left.register in self.reversals else left.register

    def reason(self, left: Leftover | ImportLeftover) -> str:
        """Why it stays: whole, or one field of it."""
        names = [left.field] if left.field else list(left.about) if left.reason == CHANGED else []
        why = _(REASONS[left.reason])
        if left.reason == USED:
            used = (_(HOLDERS[table]) if table in HOLDERS else table for table in left.about)
            return _("%(why)s：%(what)s") % {"why": why, "what": "、".join(used)}
        if not names:
            return why
        fields = "、".join(self._field(left, name) for name in names)
        return _("%(fields)s%(why)s") % {"fields": fields, "why": why}

    def _field(self, left: Leftover | ImportLeftover, name: str) -> str:
        words = self.reversals[left.register].words if left.register in self.reversals else ""
        label = self.fields.get(f"{words}.{name}")
        return _(label) if label else name


def leftover_words(session: Session) -> LeftoverWords:
    """The words of this house."""
    fields = {name: label for words in composition_of(session).of(EVENTS) for name, label in words.fields.items()}
    return LeftoverWords({each.code: each for each in reversals_of(session)}, fields)
