"""Tags, which have no number of their own: a firm has each once, and its list of tags is told as a whole."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.enterprises import events
from app.enterprises.imports.difference_text import changed_since, require_unchanged, stored_value
from app.enterprises.imports.domain import RowOutcome
from app.enterprises.imports.parts.gone import gives_back, is_about_gone, last_told
from app.enterprises.imports.parts.kinds import PartReading
from app.enterprises.imports.parts.reader import leave_out_reversed
from app.enterprises.imports.parts.taker import BatchState, Key, PartTaker, gone_of
from app.enterprises.imports.parts.words import folded
from app.enterprises.imports.returned.record import number_of
from app.enterprises.imports.row_reader import PARTED, GoneWords, Parsed
from app.enterprises.imports.verdict import RowVerdict, SettledDifference
from app.enterprises.models import Enterprise, EnterpriseTag
from app.enterprises.service.recording import note, subject_key
from app.enterprises.service.records import tag_text
from app.journal.domain import Change, PendingEvent, plain
from app.journal.service import record_many
from app.kit.bulk import insert_rows
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.membership import one_of


def finish(parsed: Parsed, reading: PartReading) -> None:
    """Only the order of the days is special."""
    leave_out_reversed(parsed, "tag", "granted_on", "expires_on")


@dataclass(frozen=True)
class TagTaker(PartTaker):
    """Takes in tags."""

    def key(self, firm_id: int, values: Mapping[str, Any]) -> Key:
        """Firm and tag."""
        return firm_id, values.get("tag")

    def on_file_of(self, session: Session, ids: Collection[int], *, lock: bool) -> dict[Key, Any]:
        """All tags of these firms."""
        statement = select(EnterpriseTag).where(one_of(EnterpriseTag.enterprise_id, list(ids)))
        rows = session.scalars(statement.with_for_update() if lock else statement)
        return {(row.enterprise_id, row.tag): row for row in rows}

    def returned_of(self, session: Session, numbers: Sequence[str], *, lock: bool) -> Mapping[str, Any]:
        """Tags are known by their firm and their code."""
        firms = {int(firm) for number in numbers if (firm := number.partition("-")[0]).isascii() and firm.isdigit()}
        rows = self.on_file_of(session, firms, lock=lock).values() if firms else ()
        return {number_of(row): row for row in rows}

    def decide_gone(self, parsed: Parsed, gone: GoneWords, state: BatchState) -> RowVerdict:
        """A tag that was taken out of the cell goes; where nothing was left in it, a person is asked first."""
        assert parsed.firm is not None
        held = PARTED.join(word for word in gone.words if (parsed.firm.id, self._code(word)) in state.held)
        if not held:
            return RowVerdict(parsed, RowOutcome.UNCHANGED, target_id=parsed.firm.id)
        if gone.all:
            asked = {"tag": (held, "")}
            return RowVerdict(parsed, RowOutcome.DIFFERS, differences=asked, target_id=parsed.firm.id)
        there = SimpleNamespace(tag=held)
        return RowVerdict(parsed, RowOutcome.CHANGED, [], there, {"tag": ""}, target_id=parsed.firm.id)

    def _code(self, word: str) -> str:
        return self.reading.cells.words["tag"].get(folded(word), "")

    def write(self, session: Session, verdicts: Sequence[RowVerdict], now: datetime) -> None:
        """Add the new tags in bulk, fill the days of the others; each row is one event with the firm's tags before and after."""
        writing = [verdict for verdict in verdicts if verdict.values and verdict.parsed.firm is not None]
        firms = {verdict.parsed.firm.id for verdict in writing if verdict.parsed.firm}
        told: dict[int, dict[str, str]] = {}
        rows = self.on_file_of(session, firms, lock=False) if firms else {}
        for row in rows.values():
            told.setdefault(row.enterprise_id, {})[row.tag] = tag_text(row)
        losing = [verdict for verdict in writing if gone_of(verdict.parsed)]
        new = [self._row(verdict) for verdict in writing if verdict.outcome is RowOutcome.CREATED]
        pending = [self._told(verdict, told, now) for verdict in writing if not gone_of(verdict.parsed)]
        pending += [event for verdict in losing for event in self._lose(session, verdict, rows, told, now)]
        insert_rows(session, EnterpriseTag, new)
        if firms:
            statement = update(Enterprise).where(one_of(Enterprise.id, list(firms))).values(updated_at=now)
            session.execute(statement.execution_options(synchronize_session=False))
        record_many(session, pending)

    def settle(self, session: Session, settlement: SettledDifference) -> None:
        """Write what a person decided about a day of a tag, or about tags that a cell names no more."""
        if is_about_gone(settlement, "tag"):
            self._settle_gone(session, settlement)
            return
        tag = settlement.key.rpartition("|")[2]
        row = session.get(EnterpriseTag, (settlement.firm_id, tag), with_for_update=True)
        firm = session.get(Enterprise, settlement.firm_id)
        if row is None or firm is None:
            raise NotFound("enterprise.part.missing", _("没有找到这条记录，它可能已被移除。"))
        name, before = settlement.field, tag_text(row)
        was = _validity(row)
        require_unchanged({name: getattr(row, name)}, {name: settlement.expected})
        setattr(row, name, stored_value(name, settlement.wanted))
        changes = {"tags": ([before], [tag_text(row)])}
        data = {**settlement.data, "tag": tag, "validity": [was, _validity(row)]}
        note(session, settlement.actor, firm, settlement.event, settlement.now, changes=changes, data=data)

    def _settle_gone(self, session: Session, settlement: SettledDifference) -> None:
        """Take tags away that a cell names no more, or bring them back with the days that they had."""
        firm, back = session.get(Enterprise, settlement.firm_id), gives_back(settlement)
        if firm is None:
            raise NotFound("enterprise.part.missing", _("没有找到这条记录，它可能已被移除。"))
        for tag in map(self._code, str(settlement.wanted if back else settlement.expected).split(PARTED)):
            row = session.get(EnterpriseTag, (firm.id, tag), with_for_update=True)
            if (row is None) is not back:
                raise changed_since()
            if row is None:
                row = _as_lost(session, settlement, EnterpriseTag(enterprise_id=firm.id, tag=tag))
                session.add(row)
            else:
                session.delete(row)
            told, days = [tag_text(row)], _validity(row)
            changes: dict[str, Change] = {"tags": ([], told) if back else (told, [])}
            data = {**settlement.data, "tag": tag, "validity": [None, days] if back else [days, None]}
            note(session, settlement.actor, firm, settlement.event, settlement.now, changes=changes, data=data)

    def _row(self, verdict: RowVerdict) -> dict[str, Any]:
        assert verdict.parsed.firm is not None
        blank = {"granted_on": None, "expires_on": None}
        return {**blank, **verdict.values, "enterprise_id": verdict.parsed.firm.id}

    def _lose(
        self,
        session: Session,
        verdict: RowVerdict,
        rows: Mapping[Key, Any],
        told: dict[int, dict[str, str]],
        now: datetime,
    ) -> Iterator[PendingEvent]:
        """Take away the tags that a cell names no more, each told by itself."""
        firm, gone = verdict.parsed.firm, gone_of(verdict.parsed)
        assert firm is not None and gone is not None
        tags = told.setdefault(firm.id, {})
        for tag in map(self._code, gone.words):
            row = rows.get((firm.id, tag))
            if row is None:
                continue
            before = sorted(tags.values())
            del tags[tag]
            session.delete(row)
            changes = {"tags": (before, sorted(tags.values()))}
            data = {"import": self.intake.run_id, "tag": tag, "validity": [_validity(row), None]}
            subject = subject_key(firm.id, firm.name, firm.region_code)
            yield PendingEvent(self.intake.actor, now, events.TAGS_CHANGED, subject, changes, data)

    def _told(self, verdict: RowVerdict, told: dict[int, dict[str, str]], now: datetime) -> PendingEvent:
        firm, tag = verdict.parsed.firm, verdict.parsed.values["tag"]
        assert firm is not None
        tags = told.setdefault(firm.id, {})
        before = sorted(tags.values())
        row = verdict.existing or EnterpriseTag(enterprise_id=firm.id, tag=tag)
        was = None if verdict.existing is None else _validity(row)
        for name, value in verdict.values.items():
            setattr(row, name, value)
        tags[tag] = tag_text(row)
        changes = {"tags": (before, sorted(tags.values()))}
        data = {"import": self.intake.run_id, "tag": tag, "validity": [was, _validity(row)]}
        subject = subject_key(firm.id, firm.name, firm.region_code)
        return PendingEvent(self.intake.actor, now, events.TAGS_CHANGED, subject, changes, data)


def _as_lost(session: Session, settlement: SettledDifference, row: EnterpriseTag) -> EnterpriseTag:
    """The tag with the days that it had when it was taken away."""
    told = last_told(session, settlement, lambda event: bool(event.data.get("tag") == row.tag))
    for name, day in (told.data["validity"][0] if told else {}).items():
        setattr(row, name, stored_value(name, day))
    return row


def _validity(row: EnterpriseTag) -> dict[str, str | None]:
    """A tag's days, as the journal keeps them beside its words."""
    return {"granted_on": plain(row.granted_on), "expires_on": plain(row.expires_on)}
