"""Taking records below firms back: any of them, yearly figures with where each came from, tags, which have no number."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import delete, select

from app.enterprises import events
from app.enterprises.imports.undo.domain import EventEffect, RecordEffect, Tally
from app.enterprises.imports.undo.reversal import DECIDED, Private, Reversal, Undoing
from app.enterprises.models import EnterpriseTag, YearlyFigures
from app.enterprises.service import records
from app.enterprises.service.parts import Part, told_apart
from app.enterprises.service.recording import subject_of
from app.journal.domain import Change, PendingEvent, SubjectKey, plain
from app.journal.models import JournalEvent
from app.journal.service import record_many
from app.kit.i18n import N_
from app.kit.membership import one_of


class PartReversal(Reversal):
    """Records of one kind, told by events of their firm that name them."""

    def __init__(self, part: Part[Any], label: str) -> None:
        self.part = part
        self.code, self.label, self.model = part.code, label, part.model  # type: ignore[misc]
        self.words = f"enterprise.{part.code}"  # type: ignore[misc]

    @property
    def columns(self) -> Collection[str]:
        """Those that a person can write."""
        return self.part.columns

    @property
    def removed(self) -> str:
        """As when a person removes it."""
        return f"enterprise.{self.code}_removed"

    @property
    def returned(self) -> str:
        """As when a person changes it."""
        return f"enterprise.{self.code}_changed"

    def key_of(self, event: JournalEvent) -> int | None:
        """Its number, in events whose fields carry the part."""
        if event.type in (f"enterprise.{self.code}_added", f"enterprise.{self.code}_changed") or (
            event.type in DECIDED and any(name.startswith(f"{self.code}.") for name in event.changes)
        ):
            found: int | None = event.data.get("id")
            return found
        return None

    def effect_of(self, event: JournalEvent, private: Private) -> EventEffect:
        """Its fields; those that are personal from where they are kept apart. One erased since fits nothing that stands."""
        changes: dict[str, Change] = {}
        for told, (before, after) in event.changes.items():
            name = told.removeprefix(f"{self.code}.")
            pair = (before, after)
            changes[name] = tuple(private.get(name, (None, ...))) if name in self.part.personal else pair
        return EventEffect(event.type.endswith("_added"), changes, event.type in DECIDED)

    def named(self, row: Any) -> str:
        """As everywhere; a personal record by its firm alone."""
        return "" if self.part.personal else self.part.label(row)

    def subject(self, undoing: Undoing, row: Any) -> SubjectKey:
        """Its firm."""
        return subject_of(undoing.firms[row.enterprise_id])

    def told(self, changes: Mapping[str, Change]) -> tuple[Mapping[str, Change], Private]:
        """Personal values apart."""
        return told_apart(self.part, changes)


class FigureReversal(PartReversal):
    """Yearly figures: a figure that returns came from the import before, or from a person where no import had told it."""

    def state(self, undoing: Undoing, row: Any) -> dict[str, Any]:
        """What stands; the cells that could not be read go with the record."""
        return super().state(undoing, row)

    def put(self, undoing: Undoing, effect: RecordEffect, row: YearlyFigures, values: Mapping[str, Any]) -> None:
        """Fields return with their provenance."""
        super().put(undoing, effect, row, values)
        told_in = _first(effect, "imported_in", values)
        fields = effect.fields
        listed = {name: value for name, value in values.items() if value is not None and not fields[name].decided}
        kept = {name: value for name, value in row.imported.items() if name not in values}
        row.imported = kept | listed
        kept_in = {name: run for name, run in row.imported_in.items() if name not in values}
        row.imported_in = kept_in | {name: told_in[name] for name in listed if name in told_in}
        for data in reversed(effect.data):
            if "unread_cells" in data and row.unread_cells == data["unread_cells"][1]:
                row.unread_cells = data["unread_cells"][0]
        row.updated_at = undoing.now


def _first(effect: RecordEffect, code: str, names: Collection[str]) -> dict[str, Any]:
    """What the first event that knows it says of each name."""
    found: dict[str, Any] = {}
    for data in effect.data:
        for name, value in data.get(code, {}).items():
            if name in names:
                found.setdefault(name, value)
    return found


class TagReversal(PartReversal):
    """Tags: known by firm and tag; their events tell all tags of the firm, and beside them which one it was."""

    def key_of(self, event: JournalEvent) -> tuple[int, str] | None:  # type: ignore[override]
        """Firm and tag."""
        if "tag" not in event.data or event.enterprise_id is None:
            return None
        return event.enterprise_id, event.data["tag"]

    def effect_of(self, event: JournalEvent, private: Private) -> EventEffect:
        """Its days."""
        before, after = event.data["validity"]
        decided = event.type in DECIDED
        if after is None or (before is None and decided):  # it went, or came back
            return EventEffect(False, {}, decided)
        changes = {name: ((before or {}).get(name), value) for name, value in after.items()}
        return EventEffect(before is None, changes, decided)

    def take_back(self, undoing: Undoing, effects: Sequence[RecordEffect], tally: Tally) -> None:
        """Besides: tags that the import took away are there again, unless somebody gave them back."""
        super().take_back(undoing, effects, tally)
        lost = {effect.key: effect.data[0]["validity"][0] for effect in effects if _was_lost(effect)}
        there = self.load(undoing, list(lost)) if lost else {}
        back = []
        for key, days in lost.items():
            firm_id, tag = cast(tuple[int, str], key)
            row = EnterpriseTag(enterprise_id=firm_id, tag=tag, **{n: self.stored(n, day) for n, day in days.items()})
            if key not in there and self.may_return(undoing, row, tally):
                back.append(row)
        tally.fields += len(back)
        if undoing.writes and back:
            undoing.session.add_all(back)
            record_many(undoing.session, [self._event(undoing, row, self.returned, {}, came=True) for row in back])

    @property
    def columns(self) -> Collection[str]:
        """Only its days can change."""
        return ("granted_on", "expires_on")

    def load(self, undoing: Undoing, keys: Sequence[Any]) -> dict[Any, Any]:
        """All tags of the firms."""
        statement = select(EnterpriseTag).where(
            one_of(EnterpriseTag.enterprise_id, sorted({firm for firm, _tag in keys}))
        )
        rows = undoing.session.scalars(statement.with_for_update() if undoing.writes else statement)
        return {(row.enterprise_id, row.tag): row for row in rows}

    def references(self, undoing: Undoing, rows: Sequence[Any], tally: Tally) -> dict[int, list[str]]:
        """Nothing points at a tag."""
        return {}

    def delete(self, undoing: Undoing, rows: Sequence[Any]) -> None:
        """Take the rows away, in one statement for each tag that there is."""
        for tag in sorted({row.tag for row in rows}):
            firms = [row.enterprise_id for row in rows if row.tag == tag]
            statement = delete(EnterpriseTag).where(
                EnterpriseTag.tag == tag, one_of(EnterpriseTag.enterprise_id, firms)
            )
            undoing.session.execute(statement.execution_options(synchronize_session=False))

    def _event(
        self, undoing: Undoing, row: Any, event: str, changes: Mapping[str, Change], *, came: bool = False
    ) -> PendingEvent:
        """Told as by hand: the tag's words before and after."""
        firm = undoing.firms[row.enterprise_id]
        firm.updated_at = undoing.now
        now = [] if event == self.removed else [records.tag_text(row)]
        was = EnterpriseTag(
            tag=row.tag, **{name: self.stored(name, plain(getattr(row, name))) for name in self.columns}
        )
        for name, (before, _after) in changes.items():
            if name in self.columns:
                setattr(was, name, self.stored(name, before))
        told = {"tags": ([] if came else [records.tag_text(was)], now)}
        data = {"undone_import": undoing.run_id}
        return PendingEvent(undoing.actor, undoing.now, events.TAGS_CHANGED, subject_of(firm), told, data)


def _was_lost(effect: RecordEffect) -> bool:
    """Whether the tag was there before the import and not after it."""
    return effect.data[0]["validity"][0] is not None and effect.data[-1]["validity"][1] is None


CONTACT = PartReversal(records.CONTACT, N_("联系人"))
PROPERTY = PartReversal(records.PROPERTY, N_("知识产权"))
PRODUCT = PartReversal(records.PRODUCT, N_("产品（服务）"))
CONVERSION = PartReversal(records.CONVERSION, N_("成果转化"))
STANDARD = PartReversal(records.STANDARD, N_("标准"))
COMPLIANCE = PartReversal(records.COMPLIANCE, N_("合规事件"))
CERTIFICATE = PartReversal(records.CERTIFICATE, N_("证书"))
FIGURES = FigureReversal(records.FIGURES, N_("年度数据"))
TAG = TagReversal(records.TAG, N_("标签"))
