"""What a person decides about a waiting row: confirm or refuse its code or name, keep ours or take theirs, and undo."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.enterprises.actions import IMPORT
from app.enterprises.imports import events
from app.enterprises.imports.batch import BatchTaking, RowResult
from app.enterprises.imports.difference_text import shown_differences
from app.enterprises.imports.domain import ImportState, RowDecision, RowOutcome
from app.enterprises.imports.entries import ReadRow, RowReading
from app.enterprises.imports.likely_rows import keep_likely_of
from app.enterprises.imports.mapping import USCC, ColumnTarget
from app.enterprises.imports.models import ImportRow, ImportRun, ImportSheet
from app.enterprises.imports.proposals.domain import CHOOSABLE
from app.enterprises.imports.reasons import CONTRADICTED, NAME_WAITS
from app.enterprises.imports.registers import IntakeContext, registers_of
from app.enterprises.imports.row_groups.domain import main_reason
from app.enterprises.imports.row_reader import SourceRow
from app.enterprises.imports.sheets import reading_of
from app.enterprises.imports.verdict import SettledDifference
from app.enterprises.models import Enterprise
from app.enterprises.queries import list_by_ids
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.db import composition_of
from app.kit.errors import Conflict, DomainError, Invalid, NotFound
from app.kit.i18n import _
from app.kit.permissions import require
from app.kit.tabular.reader import Row

OURS, THEIRS = "ours", "theirs"
MAX_NOTE = 300


@dataclass(frozen=True)
class Deciding:
    """Who decides about which row of which import, and when; `readings` are how its sheets are read, for those who decide about many."""

    session: Session
    actor: Actor
    run: ImportRun
    row: ImportRow
    now: datetime
    readings: dict[tuple[int, int, str], tuple[RowReading, IntakeContext]] = field(default_factory=dict)


def confirm(desk: Deciding, reason: str) -> int | None:
    """Take in a row that waits as a whole, for this reason; returns the firm's id.

    Its code fails the check, or its name contradicts its code: then the firm is renamed, or what the row says is taken for the
    firm of the code. Fields edited here that differ are asked about next; a new firm is compared with those on file. Raises
    Invalid without a reason or when the row cannot be taken any more, Conflict when it was decided before.
    """
    require_open(desk, RowOutcome.QUEUED)
    for refused in confirm_all([desk], checked_reason(reason)):
        raise objection(desk.row, refused)
    return desk.row.target_id


def confirm_all(desks: Sequence[Deciding], reason: str) -> list[RowResult]:
    """Take in rows of one table of one sheet that wait as a whole, all for this reason, in one set of statements.

    Returns what became of those that cannot be taken any more (`objection` says why): they go on waiting.
    """
    firms = _firms_found(desks)
    return _take_all(desks, Taking(firms, confirmation=reason), lambda desk: reason)


@dataclass(frozen=True)
class Taking:
    """How rows are taken in: with the firms that were found for those that only have a name, by row number, and with a person's reason
    to take what is doubtful, if there is one.
    """

    firms: Mapping[int, Enterprise] = field(default_factory=dict)
    confirmation: str = ""


def take_for(desks: Sequence[Deciding], firms: Mapping[int, Enterprise]) -> list[RowResult]:
    """Take in rows of one table of one sheet that only have a name, for these firms, by row number, in one set of statements.

    Returns what became of those that cannot be taken so. What is doubtful besides the name, or differs, is asked about next.
    """
    refused = _take_all(desks, Taking(firms), lambda desk: firms[desk.row.row_number].name)
    numbers = {result.row.number for result in refused}
    for desk in desks:
        if desk.row.row_number not in numbers:
            firm = firms[desk.row.row_number]
            _note(desk, events.FIRM_CHOSEN, {"told": desk.row.name, "uscc": firm.uscc, "name": firm.name})
    return refused


def _firms_found(desks: Sequence[Deciding]) -> dict[int, Enterprise]:
    """The firms of rows that were found before: a person may have chosen them."""
    at = desks[0]
    registers = registers_of(composition_of(at.session))
    sheet = at.session.get_one(ImportSheet, (at.run.id, at.row.sheet))
    ids = {desk.row.row_number: desk.row.target_id for desk in desks if desk.row.target_id is not None}
    if not ids or not registers[sheet.register].about_firm:
        return {}
    on_file = list_by_ids(at.session, set(ids.values()))
    return {number: on_file[key] for number, key in ids.items() if key in on_file}


def _take_all(desks: Sequence[Deciding], taking: Taking, told: Callable[[Deciding], str]) -> list[RowResult]:
    """Take in those rows that can be; `told` is what is noted with each."""
    at = desks[0]
    reading, intake = _reading(at, confirmation=taking.confirmation)
    looking = BatchTaking(at.session, reading, intake, None, chosen=taking.firms)
    looked_at = looking.take([_read(reading, desk) for desk in desks])
    refused = [result for desk, result in zip(desks, looked_at, strict=True) if _objects(desk.row, result)]
    numbers = {result.row.number for result in refused}
    sound = [desk for desk in desks if desk.row.row_number not in numbers]
    results = replace(looking, now=at.now).take([_read(reading, desk) for desk in sound]) if sound else []
    new: list[ImportRow] = []
    for desk, result in zip(sound, results, strict=True):
        if result.outcome is RowOutcome.REJECTED:
            refused.append(result)
            continue
        desk.row.target_id = result.target_id
        if result.row.registers:
            new.append(desk.row)
        _settle_row(desk, result, told(desk))
    at.run.written += sum(result.writes for result in results)
    keep_likely_of(at.session, at.run, new, at.now)
    return refused


def _settle_row(desk: Deciding, result: RowResult, note_text: str) -> None:
    """The row was taken in, but for what has to be asked next."""
    if desk.row.outcome == RowOutcome.REJECTED:
        desk.row.key = result.key[:120]
    if result.differences:
        _ask_next(desk, result, RowOutcome.DIFFERS)
    elif desk.row.outcome == RowOutcome.REJECTED and result.outcome is RowOutcome.QUEUED:
        _ask_next(desk, result, RowOutcome.QUEUED)
    else:
        _decided(desk, RowDecision.CONFIRMED, note_text)


def objection(row: ImportRow, result: RowResult) -> DomainError:
    """Why a row that waits cannot be taken any more."""
    if result.outcome is RowOutcome.REJECTED:
        return Invalid("import.row_rejected", " ".join(str(found) for found in result.reasons))
    return Conflict("import.on_file", _("该代码的企业已经在库。请在企业页面确认代码，或重新导入名单进行比对。"))


def _objects(row: ImportRow, result: RowResult) -> bool:
    own = result.row.own
    on_file = bool(own and own.verdict and own.verdict.existing is not None)
    doubtful_code = any(kept["code"] == "uscc" for kept in row.reasons)
    return result.outcome is RowOutcome.REJECTED or (doubtful_code and on_file)


def waits_for_name(row: ImportRow) -> bool:
    """Whether the row waits because its name contradicts its code."""
    return any(kept["code"] in NAME_WAITS for kept in row.reasons)


def refuse(desk: Deciding, reason: str) -> None:
    """Decide that a row that waits, or for which a firm could be chosen, is not taken in. Raises Conflict when it was decided before."""
    require_open(desk, RowOutcome.REJECTED if desk.row.main_reason in CHOOSABLE else RowOutcome.QUEUED)
    _decided(desk, RowDecision.REFUSED, reason.strip()[:MAX_NOTE])
    _note(desk, events.REFUSED, {"reason": desk.row.note})


def reopen(desk: Deciding) -> None:
    """Undo a refusal. Raises Conflict when there is none."""
    require_decidable(desk.actor, desk.run)
    if desk.row.decision != RowDecision.REFUSED:
        raise Conflict("import.not_refused", _("这一行没有被决定不导入。"))
    desk.row.decision, desk.row.note, desk.row.decided_by, desk.row.decided_at = RowDecision.NONE, "", "", None
    _note(desk, events.UNDONE, {})


def choose(desk: Deciding, field: str, choice: str) -> None:
    """Decide one difference: keep ours, or write theirs (the value then counts as the list's, not as set by hand).

    Raises Conflict when it was decided before, or when the field holds neither value any more.
    """
    require_decidable(desk.actor, desk.run)
    row = desk.row
    if row.outcome != RowOutcome.DIFFERS or field not in row.differences or choice not in (OURS, THEIRS):
        raise NotFound("import.difference_unknown", _("没有这处差异。"))
    if row.decision != RowDecision.NONE or field in row.choices:
        raise Conflict("import.decided", _("这处差异已经决定，可先撤销。"))
    ours, theirs = row.differences[field]
    if choice == THEIRS:
        _swap(desk, field, expected=ours, wanted=theirs, event=events.TAKEN, by_hand=False)
    elif _neither_stands(row, field) and ours is not None:
        _swap(desk, field, expected=None, wanted=ours, event=events.KEPT, by_hand=False)
    else:
        _note(desk, events.KEPT, {"field": field})
    row.choices = row.choices | {field: {"choice": choice, "by": desk.actor.name, "at": desk.now.isoformat()}}
    if set(row.choices) == set(row.differences):
        _decided(desk, RowDecision.SETTLED, "")


def undo(desk: Deciding, field: str) -> None:
    """Take back the decision about one difference; a value that was taken gives way to ours again.

    Raises Conflict when nothing was decided or somebody changed the field since.
    """
    require_decidable(desk.actor, desk.run)
    row = desk.row
    made = row.choices.get(field)
    if made is None:
        raise Conflict("import.undecided", _("这处差异还没有决定。"))
    ours, theirs = row.differences[field]
    if _neither_stands(row, field) and (chosen := theirs if made["choice"] == THEIRS else ours) is not None:
        _swap(desk, field, expected=chosen, wanted=None, event=events.GIVEN_BACK, by_hand=True)
    elif made["choice"] == THEIRS:
        _swap(desk, field, expected=theirs, wanted=ours, event=events.GIVEN_BACK, by_hand=True)
    else:
        _note(desk, events.UNDONE, {"field": field})
    row.choices = {name: value for name, value in row.choices.items() if name != field}
    row.decision, row.decided_by, row.decided_at = RowDecision.NONE, "", None


def _neither_stands(row: ImportRow, name: str) -> bool:
    """Whether one import told two values for the field, so that it was left empty."""
    field = ColumnTarget.parse(name).field
    return any(kept["code"] == CONTRADICTED and kept["params"]["column"] == field for kept in row.reasons)


def _reading(desk: Deciding, confirmation: str = "") -> tuple[RowReading, IntakeContext]:
    """How the row was read, for reading it once more."""
    place = desk.row.sheet, desk.row.block, confirmation
    if place not in desk.readings:
        sheet = desk.session.get_one(ImportSheet, (desk.run.id, desk.row.sheet))
        desk.readings[place] = reading_of(
            desk.session,
            desk.run,
            sheet,
            actor=desk.actor,
            day=today(desk.now),
            confirmation=confirmation,
            block=desk.row.block,
        )
    return desk.readings[place]


def _read(reading: RowReading, desk: Deciding) -> ReadRow:
    return reading.read(Row(desk.row.row_number, desk.row.cells))


def require_decidable(actor: Actor, run: ImportRun) -> None:
    """Raise unless the actor may decide about rows of the import, and it was not taken back."""
    require(actor, IMPORT, run)
    if run.state in (ImportState.UNDOING, ImportState.UNDONE):
        raise Conflict("import.undone", _("这次导入已经撤销，其中的行不再需要决定。"))


def require_open(desk: Deciding, outcome: RowOutcome) -> None:
    """Raise Conflict unless the row, of this outcome, still waits, and may be decided by the actor."""
    require_decidable(desk.actor, desk.run)
    if desk.row.outcome != outcome or desk.row.decision != RowDecision.NONE:
        raise Conflict("import.decided", _("这一行已经决定，或不需要决定。"))


def checked_reason(reason: str) -> str:
    """A person's reason to take a row. Raises Invalid without one."""
    reason = reason.strip()
    if not reason or len(reason) > MAX_NOTE:
        message = _("请写明确认的理由（例如：已核对营业执照原件），最多 %(n)s 字。") % {"n": MAX_NOTE}
        raise Invalid("import.reason_missing", message, {"reason": message})
    return reason


def _ask_next(desk: Deciding, result: RowResult, outcome: RowOutcome) -> None:
    """The row is taken but for fields that a person set here, or waits for something else: from now on it is one that differs, or waits."""
    row, before = desk.row, desk.row.outcome
    row.outcome, row.differences = outcome, shown_differences(result.differences)
    row.main_reason = main_reason(outcome, (reason.code for reason in result.reasons))
    if before == RowOutcome.REJECTED:
        row.reasons = [reason.to_json() for reason in result.reasons]
    sheet = desk.session.get_one(ImportSheet, (desk.run.id, row.sheet))
    for counted in (desk.run, sheet):
        setattr(counted, before, getattr(counted, before) - 1)
        setattr(counted, outcome, getattr(counted, outcome) + 1)


def _decided(desk: Deciding, decision: RowDecision, note_text: str) -> None:
    desk.row.decision, desk.row.note = decision, note_text
    desk.row.decided_by, desk.row.decided_at = desk.actor.name, desk.now


def _swap(desk: Deciding, name: str, *, expected: Any, wanted: Any, event: str, by_hand: bool) -> None:
    """Write `wanted` where `expected` stands. Raises Conflict when something else stands there meanwhile."""
    _require_within(desk)
    target = ColumnTarget.parse(name)
    reading, _intake = _reading(desk)
    row = _read(reading, desk)
    entries = [entry for entry in (row.own, *row.entries) if entry is not None]
    of_target = (e for e in entries if (e.layout.register, e.layout.year) == (target.register, target.year))
    entry, taker = (
        next(of_target, None),
        reading.takers[target.register],
    )  # no entry where a cell names a record no more
    taker.settle(
        desk.session,
        SettledDifference(
            actor=desk.actor,
            now=desk.now,
            firm_id=desk.row.target_id,
            key=taker.key_of(_coded(entry.parsed.source, desk.row.key)) if entry is not None else "",
            field=target.field,
            expected=expected,
            wanted=wanted,
            event=event,
            by_hand=by_hand,
            data=_about(desk),
        ),
    )


def _require_within(desk: Deciding) -> None:
    """Raise Conflict when the row's firm has moved out of the actor's region since."""
    registers = registers_of(composition_of(desk.session))
    sheet = desk.session.get_one(ImportSheet, (desk.run.id, desk.row.sheet))
    firm = desk.session.get(Enterprise, desk.row.target_id) if registers[sheet.register].about_firm else None
    if firm is not None and not firm.region_code.startswith(desk.actor.region_prefix):
        raise Conflict("import.outside", _("该企业已不在您的辖区，不能再由您决定。"))


def _coded(source: SourceRow, key: str) -> SourceRow:
    """The row with its firm's code, where it was found by its name."""
    return replace(source, texts=source.texts | {USCC: source.texts[USCC] or key.partition("|")[0]})


def _about(desk: Deciding) -> dict[str, Any]:
    return {"import": desk.run.id, "row": desk.row.row_number}


def _note(desk: Deciding, event: str, data: Mapping[str, Any]) -> None:
    record(
        desk.session,
        actor=desk.actor,
        now=desk.now,
        type=event,
        subject=SubjectKey("import", str(desk.run.id), desk.run.file_name, region_code=desk.run.region_prefix),
        data={"row": desk.row.row_number, "key": desk.row.key} | dict(data),
    )
