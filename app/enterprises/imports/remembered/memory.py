"""What an office remembers, looked up by the heads of a sheet."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.imports.mapping import Registers, SheetMapping
from app.enterprises.imports.models import RememberedMapping
from app.enterprises.imports.recognition import HeadVocabulary
from app.enterprises.imports.remembered.choices import ChosenReading, ColumnHints, digest_of, recall
from app.enterprises.imports.shapes import read_head
from app.enterprises.imports.tables.layout import read_sheet
from app.kit.actor import ActorKind
from app.kit.clock import today
from app.kit.i18n import _
from app.kit.tabular.reader import Sheet


@dataclass(frozen=True)
class RememberedReading:
    """One remembered reading: who chose it and when, as it is told."""

    reading: ChosenReading
    said: Mapping[str, Any]
    order: tuple[str, int]


@dataclass(frozen=True)
class Memory:
    """What one office remembers for one kind of import, by the digest of the heads."""

    kind: str = ""
    by_digest: Mapping[str, RememberedReading] = field(default_factory=dict)

    def find(
        self, sheet: Sheet, layout: SheetMapping, registers: Registers, header_row: int | None
    ) -> tuple[RememberedReading, SheetMapping] | None:
        """The newest that was chosen for these heads, with the guess that has them: that of `layout`, or where nobody told its row one
        below which a person once pointed, if the same heads stand there. None for an export that comes back: it says itself what it is.
        """
        if not self.by_digest or layout.origin:
            return None
        guesses = [layout, *(self._pointed_at(sheet, registers) if header_row is None else ())]
        found = [(self.by_digest.get(digest_of(self.kind, _heads(guess))), guess) for guess in guesses]
        known = [(each, guess) for each, guess in found if each is not None]
        return max(known, key=lambda pair: pair[0].order, default=None)

    def recalled(
        self, sheet: Sheet, layout: SheetMapping, registers: Registers, told: ColumnHints, header_row: int | None
    ) -> SheetMapping:
        """The reading of a sheet with what is remembered for its heads, and a word about it."""
        found = self.find(sheet, layout, registers, header_row)
        if found is None or not found[0].reading.columns:
            return layout
        remembered, guess = found
        guess = replace(guess, tables=layout.tables)
        made = recall(sheet, guess, remembered.reading, registers, told)
        said = dict(remembered.said) | {"gone": list(made.gone), "otherwise": list(made.otherwise)}
        return replace(made.layout, remembered=said)

    def _pointed_at(self, sheet: Sheet, registers: Registers) -> list[SheetMapping]:
        """The sheet read below each row at which somebody pointed, as far as those heads stand there."""
        words = HeadVocabulary(registers)
        found = []
        for row in sorted({row for each in self.by_digest.values() if (row := each.reading.header_row) is not None}):
            head = read_head(sheet, words.recognise, at=row)
            if head and digest_of(self.kind, [column.text for column in head.heads]) in self.by_digest:
                found.append(read_sheet(sheet, registers, header_row=head.last_row))
        return found


NOTHING = Memory()


def memory_of(session: Session, office: str, kind: str) -> Memory:
    """What the office of this region remembers for imports of this kind."""
    rows = session.scalars(
        select(RememberedMapping).where(RememberedMapping.region_prefix == office, RememberedMapping.kind == kind)
    )
    return Memory(kind, {row.digest: _remembered(row) for row in rows})


def remembered_texts(said: Mapping[str, Any]) -> tuple[str, ...]:
    """What is told of a reading that was remembered, in the reader's language."""
    if not said:
        return ()
    name = _("系统") if said["by_kind"] == ActorKind.SYSTEM else said["by"]
    told = [_("按 %(day)s %(name)s 的对应。") % {"day": said["on"], "name": name}]
    if said["gone"]:
        told.append(_("记住的字段已不存在，未采用：%(names)s。") % {"names": "、".join(said["gone"])})
    if said["otherwise"]:
        told.append(_("单位按这份文件，没有用记住的：%(names)s。") % {"names": "、".join(said["otherwise"])})
    return tuple(told)


def said_of(row: RememberedMapping) -> dict[str, Any]:
    """Who chose it and when, as it is kept with an import that uses it."""
    return {"by": row.by_name, "by_kind": row.by_kind, "on": today(row.at).isoformat(), "gone": [], "otherwise": []}


def _remembered(row: RememberedMapping) -> RememberedReading:
    return RememberedReading(ChosenReading.from_json(row.reading), said_of(row), (row.at.isoformat(), row.id))


def _heads(layout: SheetMapping) -> list[str]:
    return [column.header for column in layout.columns]
