"""Taking a list of firms into the register, a batch at a time."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.enterprises import events
from app.enterprises.domain.search import search_document
from app.enterprises.domain.uscc import normalise
from app.enterprises.imports.difference_text import require_unchanged, stored_value
from app.enterprises.imports.domain import RowDecision, RowOutcome
from app.enterprises.imports.fields import ENTERPRISE_FIELDS
from app.enterprises.imports.firm.decision import compare
from app.enterprises.imports.firm.finder import firms_by_code
from app.enterprises.imports.firm.name_check import COMPANIES, NameCheck, check_names, check_new_names
from app.enterprises.imports.firm.reader import FirmTables, load_tables, parse_firm
from app.enterprises.imports.models import ImportRow
from app.enterprises.imports.reasons import RowReason
from app.enterprises.imports.registers import FIRM, GivenField, ImportedRegister, IntakeContext
from app.enterprises.imports.returned.decision import edits_region, weigh
from app.enterprises.imports.row_reader import Parsed, SourceRow
from app.enterprises.imports.undo import firms as undo
from app.enterprises.imports.verdict import RowVerdict, SettledDifference, rejected
from app.enterprises.models import Enterprise, FormerName
from app.enterprises.service.editing import add_former_names, change_fields
from app.enterprises.service.recording import note, snapshot
from app.enterprises.service.registering import insert_many, prepare_row
from app.kit.errors import NotFound
from app.kit.i18n import N_, _

_TOWNSHIP = re.compile(r"[\u4e00-\u9fff]{2,7}(镇|乡|街道|街道办事处|办事处|管理区|农场)")


@dataclass(frozen=True)
class RegisterSnapshot:
    """What the database holds about the firms of a batch: by code, their former names, names that contradict or are taken, codes
    refused.
    """

    firms: Mapping[str, Enterprise]
    former_names: Mapping[int, set[str]]
    names: NameCheck
    taken: Mapping[int, RowReason]
    refused: Mapping[str, str]


@dataclass(frozen=True)
class FirmTaker:
    """Takes in the firms themselves, by code."""

    tables: FirmTables
    intake: IntakeContext

    def key_of(self, source: SourceRow) -> str:
        """The code, normalised."""
        return "" if source.problem else normalise(source.texts["uscc"])

    def parse(self, source: SourceRow) -> Parsed:
        """The row, cell by cell."""
        return parse_firm(source, self.tables)

    def decide(self, session: Session, batch: Sequence[Parsed], *, lock: bool) -> list[RowVerdict]:
        """Create, change, leave, ask or hand back, for each row."""
        rows = [parsed for parsed in batch if not parsed.refusals]
        existing = _load(session, rows, self.intake.prefix, lock=lock)
        return [self._decide(parsed, existing) for parsed in batch]

    def write(self, session: Session, verdicts: Sequence[RowVerdict], now: datetime) -> None:
        """Insert the new firms in bulk, change the others, keep former names."""
        data = {"import": self.intake.run_id}
        new = [verdict for verdict in verdicts if verdict.outcome is RowOutcome.CREATED]
        rows = [_row_of(verdict, now) for verdict in new]
        ids = insert_many(session, rows, actor=self.intake.actor, now=now, event=events.IMPORTED, data=data)
        former = [
            {"enterprise_id": key, "name": name}
            for key, verdict in zip(ids, new, strict=True)
            for name in verdict.former_names
        ]
        if former:
            session.execute(insert(FormerName), former)
        for key, verdict in zip(ids, new, strict=True):
            verdict.target_id = key
        for verdict in verdicts:
            if verdict.existing is not None:
                self._change(session, verdict, now, data)

    def settle(self, session: Session, settlement: SettledDifference) -> None:
        """Write what a person decided about a field; a capital has four parts."""
        firm = session.get(Enterprise, settlement.firm_id, with_for_update=True)
        if firm is None:
            raise NotFound("enterprise.missing", _("企业已不在库中。"))
        before, after = _parts(settlement.field, settlement.expected), _parts(settlement.field, settlement.wanted)
        require_unchanged({name: getattr(firm, name) for name in before}, before)
        change_fields(
            session,
            actor=settlement.actor,
            enterprise=firm,
            values=after,
            now=settlement.now,
            event=settlement.event,
            data=settlement.data,
            by_hand=settlement.by_hand,
        )

    def _change(self, session: Session, verdict: RowVerdict, now: datetime, data: Mapping[str, Any]) -> None:
        firm: Enterprise = verdict.existing
        verdict.target_id = firm.id
        about = dict(data)
        if verdict.former_names:
            add_former_names(session, [(firm.id, name) for name in verdict.former_names])
            about["former_names"] = list(verdict.former_names)
        if verdict.values:
            change_fields(
                session,
                actor=self.intake.actor,
                enterprise=firm,
                values=verdict.values,
                now=now,
                event=events.CHANGED_BY_IMPORT,
                data=about,
                by_hand=verdict.by_hand,
            )
        elif verdict.former_names:
            changes = {"former_names": (None, list(verdict.former_names))}
            note(session, self.intake.actor, firm, events.CHANGED_BY_IMPORT, now, changes=changes, data=data)

    def _decide(self, parsed: Parsed, existing: RegisterSnapshot) -> RowVerdict:
        if parsed.refusals or parsed.uscc is None:
            return rejected(parsed)
        firm = existing.firms.get(parsed.key)
        if firm is not None:
            return self._decide_known(parsed, firm, existing)
        if self.intake.confirmation:
            return self._new(parsed)
        if not parsed.uscc.is_valid and not self.intake.accept_unconfirmed:
            return _waiting(parsed, _mismatch(parsed), existing)
        taken = existing.taken.get(parsed.source.number) or self._rival(parsed)
        return _waiting(parsed, taken, existing) if taken else self._new(parsed)

    def _rival(self, parsed: Parsed) -> RowReason | None:
        """Another code that the same file gives to this name, with more right to it."""
        likeliest = self.intake.likeliest.get(parsed.name, parsed.key)
        if likeliest == parsed.key or not parsed.key.startswith(COMPANIES):
            return None
        return RowReason("name.rival", {"name": parsed.name, "uscc": likeliest})

    def _new(self, parsed: Parsed) -> RowVerdict:
        assert parsed.uscc is not None
        values = parsed.values | {"uscc": parsed.key, "unread_cells": parsed.unread}
        reasons = list(parsed.remarks)
        if not parsed.uscc.is_valid:
            values |= {
                "uscc_confirmed": bool(self.intake.confirmation),
                "uscc_note": self.intake.confirmation,
            }
            reasons.insert(0, _mismatch(parsed))
        return RowVerdict(parsed, RowOutcome.CREATED, reasons, values=values, former_names=parsed.former_names)

    def _decide_known(self, parsed: Parsed, firm: Enterprise, existing: RegisterSnapshot) -> RowVerdict:
        if firm.disabled_on is not None:
            return rejected(parsed, RowReason("enterprise.disabled", {"on": firm.disabled_on.isoformat()}))
        if not firm.region_code.startswith(self.intake.actor.region_prefix):
            return rejected(parsed, RowReason("enterprise.outside"))
        if parsed.returned is not None and parsed.returned.before is None:
            return rejected(parsed, RowReason("origin.foreign"))
        number, edited = parsed.source.number, set(firm.edited_fields)
        if firm.region_code or not edits_region(parsed):
            parsed.remarks = [remark for remark in parsed.remarks if remark.code != "region.assumed"]
        if self.intake.confirmation:
            edited.discard("name")
        elif contradiction := _contradiction(parsed, existing):
            return _waiting(parsed, contradiction, existing, firm.id)
        if (former := existing.names.former.get(number)) and "name" not in edited and parsed.returned is None:
            parsed.remarks.append(former)
            parsed.values["name"] = ""
        stands = snapshot(firm)
        found = weigh(compare(parsed, stands, edited, existing.former_names.get(firm.id, set())), parsed, stands)
        outcome = RowOutcome.UNCHANGED
        if found.differences:
            outcome = RowOutcome.DIFFERS
        elif found.values or found.former_names:
            outcome = RowOutcome.CHANGED
        return RowVerdict(
            parsed,
            outcome,
            list(parsed.remarks),
            firm,
            found.values,
            found.former_names,
            found.differences,
            firm.id,
            by_hand=parsed.returned is not None,
        )


def _parts(field: str, kept: Any) -> dict[str, Any]:
    """The columns behind one difference: a capital has four."""
    return dict(kept) if isinstance(kept, dict) else {field: stored_value(field, kept)}


def _contradiction(parsed: Parsed, existing: RegisterSnapshot) -> RowReason | None:
    """Why the row's name does not fit its code; one that a person edited in an export is a change of name, unless another firm bears it."""
    found = existing.names.contradictions.get(parsed.source.number)
    if found is None or parsed.returned is None:
        return found
    return found if "name" in parsed.returned.edited and found.code != "name.differs" else None


def _waiting(parsed: Parsed, why: RowReason, existing: RegisterSnapshot, firm_id: int | None = None) -> RowVerdict:
    """The whole row waits for a person; nothing of it is taken."""
    reasons = [why]
    if by := existing.refused.get(parsed.key):
        reasons.append(RowReason("refused.before", {"by": by}))
    return RowVerdict(parsed, RowOutcome.QUEUED, [*reasons, *parsed.remarks], target_id=firm_id)


def _mismatch(parsed: Parsed) -> RowReason:
    return RowReason("uscc", {"text": parsed.key})


def _row_of(verdict: RowVerdict, now: datetime) -> dict[str, Any]:
    row = prepare_row(verdict.values, now)
    if verdict.former_names:
        row["search_text"] = search_document([row["name"], *verdict.former_names], [row["uscc"]])
    return row


def _load(session: Session, batch: Sequence[Parsed], prefix: str, *, lock: bool) -> RegisterSnapshot:
    """The firms that bear or bore the batch's codes, in a few queries whatever the batch's size."""
    codes = [parsed.key for parsed in batch]
    firms = firms_by_code(session, codes, lock=lock)
    names: dict[int, set[str]] = {}
    with_former = [firms[parsed.key].id for parsed in batch if parsed.former_names and parsed.key in firms]
    if with_former:
        known = select(FormerName.enterprise_id, FormerName.name).where(FormerName.enterprise_id.in_(with_former))
        for key, name in session.execute(known):
            names.setdefault(key, set()).add(name)
    check = check_names(session, [(row, firms[row.key]) for row in batch if row.key in firms], prefix=prefix)
    doubtful = [row.key for row in batch if row.uscc and not row.uscc.is_valid and row.key not in firms]
    taken = check_new_names(session, [row for row in batch if row.key not in firms], prefix=prefix)
    doubtful += [row.key for row in batch if row.source.number in check.contradictions or row.source.number in taken]
    return RegisterSnapshot(firms, names, check, taken, _refused(session, doubtful) if doubtful else {})


def _refused(session: Session, codes: Sequence[str]) -> dict[str, str]:
    """Who decided earlier that a row with such a code is not taken in."""
    statement = (
        select(ImportRow.key, ImportRow.decided_by)
        .where(
            ImportRow.outcome == RowOutcome.QUEUED, ImportRow.decision == RowDecision.REFUSED, ImportRow.key.in_(codes)
        )
        .order_by(ImportRow.id)
    )
    return dict(session.execute(statement).all())


def guess_township(titles: str) -> str:
    """The township that a sheet is called by, where it has no column of townships: `园林街道`, `浩口镇`."""
    name = titles.partition(" ")[0]
    return name if _TOWNSHIP.fullmatch(name) else ""


def _open(session: Session, intake: IntakeContext) -> FirmTaker:
    return FirmTaker(load_tables(session, prefix=intake.prefix, today=intake.today), intake)


FIRMS = ImportedRegister(
    FIRM,
    N_("企业"),
    ENTERPRISE_FIELDS,
    ("企业名单", "企业名录", "企业底册", "企业信息", "企业库", "企业基本情况"),
    _open,
    given=(GivenField("township", lambda _session: (), guess_township),),
    reversal=undo.FIRM,
)
