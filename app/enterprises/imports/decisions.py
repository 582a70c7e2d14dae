"""What a person decides about a waiting row: confirm or refuse its code or name, keep ours or take theirs, and undo."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.actions import IMPORT
from app.enterprises.imports import events
from app.enterprises.imports.difference_text import shown_differences, shown_value, stored_value
from app.enterprises.imports.domain import ImportKind, RowDecision, RowOutcome
from app.enterprises.imports.figures import write_figures
from app.enterprises.imports.mapping import TableLayout
from app.enterprises.imports.models import ImportRow, ImportRun
from app.enterprises.imports.reasons import NAME_WAITS
from app.enterprises.imports.row_reader import source_row
from app.enterprises.imports.runner import make_taker
from app.enterprises.imports.verdict import RowVerdict
from app.enterprises.models import Enterprise, YearlyFigures
from app.enterprises.service.editing import change_fields
from app.enterprises.service.recording import note
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.i18n import _
from app.kit.permissions import require

OURS, THEIRS = "ours", "theirs"
MAX_NOTE = 300


@dataclass(frozen=True)
class Deciding:
    """Who decides about which row of which import, and when."""

    session: Session
    actor: Actor
    run: ImportRun
    row: ImportRow
    now: datetime


def confirm(desk: Deciding, reason: str) -> int:
    """Take in a row that waits as a whole, for this reason; returns the firm's id.

    Its code fails the check, or its name contradicts its code: then the firm is renamed, or the figures are taken for the
    firm of the code. Fields edited here that differ are asked about next. Raises Invalid without a reason or when the row
    cannot be taken any more, Conflict when it was decided before.
    """
    _require_open(desk, RowOutcome.QUEUED)
    reason = _checked_reason(reason)
    layout = TableLayout.from_json(desk.run.mapping)
    taker = make_taker(desk.session, desk.run, desk.actor, _At(desk.now), confirmation=reason)
    parsed = taker.parse(source_row(desk.row.row_number, desk.row.cells, layout))
    (verdict,) = taker.decide(desk.session, [parsed], lock=True)
    if verdict.outcome is RowOutcome.REJECTED:
        raise Invalid("import.row_rejected", " ".join(str(found) for found in verdict.reasons))
    if verdict.existing is not None and not waits_for_name(desk.row):
        raise Conflict("import.on_file", _("该代码的企业已经在库。请在企业页面确认代码，或重新导入名单进行比对。"))
    taker.write(desk.session, [verdict], desk.now)
    desk.row.target_id = verdict.target_id
    if verdict.differences:
        _ask_next(desk, verdict)
    else:
        _decided(desk, RowDecision.CONFIRMED, reason)
    assert verdict.target_id is not None
    return verdict.target_id


def waits_for_name(row: ImportRow) -> bool:
    """Whether the row waits because its name contradicts its code."""
    return any(kept["code"] in NAME_WAITS for kept in row.reasons)


def refuse(desk: Deciding, reason: str) -> None:
    """Decide that a row whose code fails its check is not taken in. Raises Conflict when it was decided before."""
    _require_open(desk, RowOutcome.QUEUED)
    _decided(desk, RowDecision.REFUSED, reason.strip()[:MAX_NOTE])
    _note(desk, events.REFUSED, {"reason": desk.row.note})


def reopen(desk: Deciding) -> None:
    """Undo a refusal. Raises Conflict when there is none."""
    require(desk.actor, IMPORT, desk.run)
    if desk.row.decision != RowDecision.REFUSED:
        raise Conflict("import.not_refused", _("这一行没有被决定不导入。"))
    desk.row.decision, desk.row.note, desk.row.decided_by, desk.row.decided_at = RowDecision.NONE, "", "", None
    _note(desk, events.UNDONE, {})


def choose(desk: Deciding, field: str, choice: str) -> None:
    """Decide one difference: keep ours, or write theirs (the value then counts as the list's, not as set by hand).

    Raises Conflict when it was decided before, or when the field holds neither value any more.
    """
    require(desk.actor, IMPORT, desk.run)
    row = desk.row
    if row.outcome != RowOutcome.DIFFERS or field not in row.differences or choice not in (OURS, THEIRS):
        raise NotFound("import.difference_unknown", _("没有这处差异。"))
    if row.decision != RowDecision.NONE or field in row.choices:
        raise Conflict("import.decided", _("这处差异已经决定，可先撤销。"))
    if choice == THEIRS:
        ours, theirs = row.differences[field]
        _swap(desk, field, expected=ours, wanted=theirs, event=events.TAKEN, by_hand=False)
    else:
        _note(desk, events.KEPT, {"field": field})
    row.choices = row.choices | {field: {"choice": choice, "by": desk.actor.name, "at": desk.now.isoformat()}}
    if set(row.choices) == set(row.differences):
        _decided(desk, RowDecision.SETTLED, "")


def undo(desk: Deciding, field: str) -> None:
    """Take back the decision about one difference; a value that was taken gives way to ours again.

    Raises Conflict when nothing was decided or somebody changed the field since.
    """
    require(desk.actor, IMPORT, desk.run)
    row = desk.row
    made = row.choices.get(field)
    if made is None:
        raise Conflict("import.undecided", _("这处差异还没有决定。"))
    if made["choice"] == THEIRS:
        ours, theirs = row.differences[field]
        _swap(desk, field, expected=theirs, wanted=ours, event=events.GIVEN_BACK, by_hand=True)
    else:
        _note(desk, events.UNDONE, {"field": field})
    row.choices = {name: value for name, value in row.choices.items() if name != field}
    row.decision, row.decided_by, row.decided_at = RowDecision.NONE, "", None


@dataclass(frozen=True)
class _At:
    instant: datetime

    def now(self) -> datetime:
        return self.instant


def _require_open(desk: Deciding, outcome: RowOutcome) -> None:
    require(desk.actor, IMPORT, desk.run)
    if desk.row.outcome != outcome or desk.row.decision != RowDecision.NONE:
        raise Conflict("import.decided", _("这一行已经决定，或不需要决定。"))


def _checked_reason(reason: str) -> str:
    reason = reason.strip()
    if not reason or len(reason) > MAX_NOTE:
        message = _("请写明确认的理由（例如：已核对营业执照原件），最多 %(n)s 字。") % {"n": MAX_NOTE}
        raise Invalid("import.reason_missing", message, {"reason": message})
    return reason


def _ask_next(desk: Deciding, verdict: RowVerdict) -> None:
    """The row is taken but for fields that a person set here: from now on it is one that differs."""
    desk.row.outcome, desk.row.differences = RowOutcome.DIFFERS, shown_differences(verdict.differences)
    desk.run.queued -= 1
    desk.run.differs += 1


def _decided(desk: Deciding, decision: RowDecision, note_text: str) -> None:
    desk.row.decision, desk.row.note = decision, note_text
    desk.row.decided_by, desk.row.decided_at = desk.actor.name, desk.now


def _swap(desk: Deciding, field: str, *, expected: Any, wanted: Any, event: str, by_hand: bool) -> None:
    """Write `wanted` where `expected` stands. Raises Conflict when something else stands there meanwhile."""
    firm = desk.session.get(Enterprise, desk.row.target_id, with_for_update=True)
    if firm is None:
        raise NotFound("enterprise.missing", _("企业已不在库中。"))
    if desk.run.kind == ImportKind.FIGURES:
        _swap_figure(desk, firm, field, expected, wanted, event, by_hand=by_hand)
        return
    before, after = _parts(field, expected), _parts(field, wanted)
    _require_unchanged({name: getattr(firm, name) for name in before}, before)
    change_fields(
        desk.session,
        actor=desk.actor,
        enterprise=firm,
        values=after,
        now=desk.now,
        event=event,
        data=_about(desk),
        by_hand=by_hand,
    )


def _swap_figure(
    desk: Deciding, firm: Enterprise, field: str, expected: Any, wanted: Any, event: str, *, by_hand: bool
) -> None:
    _code, year, basis, source = desk.row.key.split("|")
    wanted_row = select(YearlyFigures).filter_by(enterprise_id=firm.id, year=int(year), basis=basis, source=source)
    row = desk.session.scalar(wanted_row.with_for_update())
    if row is None:
        raise NotFound("figures.missing", _("这条年度数据已不在库中。"))
    _require_unchanged({field: getattr(row, field)}, {field: expected})
    if by_hand:
        setattr(row, field, wanted)
        row.imported = {name: value for name, value in row.imported.items() if name != field}
        row.updated_at = desk.now
    else:
        write_figures(row, {field: wanted}, desk.now)
    changes = {f"figures.{field}": (expected, wanted)}
    note(desk.session, desk.actor, firm, event, desk.now, changes=changes, data=_about(desk) | {"id": row.id})


def _parts(field: str, kept: Any) -> dict[str, Any]:
    """The columns behind one difference: a capital has four."""
    return dict(kept) if isinstance(kept, dict) else {field: stored_value(field, kept)}


def _require_unchanged(existing: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    if {name: shown_value(value) for name, value in existing.items()} != {
        name: shown_value(value) for name, value in expected.items()
    }:
        raise Conflict("import.changed_since", _("该字段此后又被修改，请打开企业页面核对。"))


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
