"""Doing the duties of a case, also after its end: draft, done, waived, dated, reported."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.domain.state import CaseState
from app.cases.duties import actions, events
from app.cases.duties.creation import add_duties, duty_settings, list_duties
from app.cases.duties.decisions import DutyState, check_documents, check_done_on, check_due, check_open, read_values
from app.cases.duties.domain import Occasion, find_template, next_quarters, plan_reported
from app.cases.duties.models import CaseDuty
from app.cases.duties.schemas import DateDuty, DoneDuty, FillDuty, ReportEvent, WaiveDuty
from app.cases.duties.together import merged_fill
from app.cases.loaded import LoadedCase, load_case
from app.files.models import Document
from app.journal.domain import Change
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.i18n import _
from app.kit.permissions import Action
from app.programmes.domain.definition import DutyTemplate
from app.programmes.domain.duties import AfterEvent
from app.reference.queries import list_terms


def draft_duty(
    session: Session, *, actor: Actor, now: datetime, number: str, duty_id: int, command: FillDuty
) -> CaseDuty:
    """Keep what was filled in so far; nothing is handed in by it. One event.

    Raises `Clashing` where somebody else filled in the same field meanwhile, `Conflict`, `Forbidden` or `Invalid`.
    """
    case, row, template = _open(session, actor, number, duty_id)
    given = merged_fill(row.draft, row.version, command)
    row.draft = {
        "values": read_values(template, given["values"], draft=True),
        "documents": _documents(case, given["documents"]),
        "note": given["note"].strip(),
    }
    _finish(case, row, actor, now, events.DRAFTED, {}, "")
    return row


def do_duty(session: Session, *, actor: Actor, now: datetime, number: str, duty_id: int, command: DoneDuty) -> CaseDuty:
    """The duty is done: its fields and documents are complete. Late is allowed and stays visible. One event."""
    case, row, template = _open(session, actor, number, duty_id)
    given = merged_fill(row.draft, row.version, command)
    done_on = command.done_on or today(now)
    check_done_on(duty_state(row), done_on, today(now))
    row.values = read_values(template, given["values"], draft=False)
    row.documents = _documents(case, given["documents"])
    check_documents(template, _kinds(case, row.documents), _kind_names(session))
    row.note, row.draft = given["note"].strip(), {}
    row.done_on, row.done_by, row.done_at = done_on, actor.name, now
    _add_quarters(case, row, template, today(now))
    _finish(case, row, actor, now, events.DONE, {"duty_done_on": (None, done_on)}, row.note)
    return row


def waive_duty(
    session: Session, *, actor: Actor, now: datetime, number: str, duty_id: int, command: WaiveDuty
) -> CaseDuty:
    """The duty need not be done, for a reason that stays on file. One event."""
    case, row = _load(session, actor, actions.WAIVE, number, duty_id, command.version)
    check_open(duty_state(row), actor)
    reason = command.reason.strip()
    if not reason:
        message = _("请写明理由。")
        raise Invalid("duty.reason", message, {"reason": message})
    row.waived_on, row.waived_by, row.note = today(now), actor.name, reason
    template = find_template(case.programme, row.code)
    if template is not None:
        _add_quarters(case, row, template, today(now))
    _finish(case, row, actor, now, events.WAIVED, {"duty_waived_on": (None, row.waived_on)}, reason)
    return row


def date_duty(
    session: Session, *, actor: Actor, now: datetime, number: str, duty_id: int, command: DateDuty
) -> CaseDuty:
    """The duty is due on this day; another day than the one that stood needs a reason. One event."""
    case, row = _load(session, actor, actions.DATE, number, duty_id, command.version)
    check_open(duty_state(row), actor)
    check_due(duty_state(row), command.due_on, command.reason)
    before, row.due_on = row.due_on, command.due_on
    _finish(case, row, actor, now, events.DATED, {"duty_due_on": (before, row.due_on)}, command.reason.strip())
    return row


def report_event(session: Session, *, actor: Actor, now: datetime, number: str, command: ReportEvent) -> CaseDuty:
    """Something happened that brings a duty about, said by the firm or the bureau. One event.

    Raises `Invalid` (no such duty, a day to come) or `Conflict` (reported already).
    """
    case = load_case(session, actor=actor, action=actions.FILL, number=number)
    template = find_template(case.programme, command.code)
    if template is None or not isinstance(template.due, AfterEvent):
        raise Invalid("duty.unknown", _("这个培育通道版本没有这类事项。"))
    if command.happened_on > today(now):
        message = _("发生日期不能晚于今天。")
        raise Invalid("duty.day", message, {"happened_on": message})
    planned = plan_reported(template, command.happened_on, template.due.months)
    if any((row.code, row.period) == (planned.code, planned.period) for row in list_duties(session, case.row.id)):
        raise Conflict("duty.reported", _("这一天的该类事项已经报告过。"))
    (row,) = add_duties(case, [planned])
    row.note = command.note.strip()
    _finish(case, row, actor, now, events.REPORTED, {"duty_due_on": (None, row.due_on)}, row.note)
    return row


def duty_state(row: CaseDuty) -> DutyState:
    """A duty's row as decisions see it."""
    return DutyState(row.by, row.opens_on, row.due_on, row.done_on, row.waived_on)


def _open(session: Session, actor: Actor, number: str, duty_id: int) -> tuple[LoadedCase, CaseDuty, DutyTemplate]:
    case, row = _load(session, actor, actions.FILL, number, duty_id)
    check_open(duty_state(row), actor)
    template = find_template(case.programme, row.code)
    if template is None:
        raise NotFound("duty.unknown", _("这个培育通道版本没有这类事项。"))
    return case, row, template


def _load(
    session: Session, actor: Actor, action: Action, number: str, duty_id: int, version: int | None = None
) -> tuple[LoadedCase, CaseDuty]:
    case = load_case(session, actor=actor, action=action, number=number)
    row = session.get(CaseDuty, duty_id)
    if row is None or row.case_id != case.row.id:
        raise NotFound("duty.unknown", _("该件没有这项后续事项。"))
    if version is not None and row.version != version:
        raise Conflict("duty.stale", _("该事项刚被他人改动，请核对后重新提交。"))
    return case, row


def _documents(case: LoadedCase, ids: list[int]) -> list[int]:
    """The documents, each of them the firm's own and on file; raises `Invalid`."""
    found = case.session.scalars(
        select(Document.id).where(
            Document.id.in_(ids),
            Document.enterprise_id == case.row.enterprise_id,
            Document.withdrawn_at.is_(None),
        )
    )
    known = set(found)
    if set(ids) - known:
        message = _("所选文件不在该企业的档案中，请重新选择。")
        raise Invalid("duty.documents", message, {"documents": message})
    return list(dict.fromkeys(ids))


def _kinds(case: LoadedCase, ids: list[Any]) -> set[str]:
    return set(case.session.scalars(select(Document.kind).where(Document.id.in_(ids))))


def _kind_names(session: Session) -> dict[str, str]:
    return {choice.code: choice.label for choice in list_terms(session, "document_kind")["document_kind"]}


def _add_quarters(case: LoadedCase, row: CaseDuty, template: DutyTemplate, on: date) -> None:
    """While the case is open the next quarters follow, a year ahead."""
    if case.row.state != CaseState.OPEN:
        return
    latest = max(duty.period for duty in list_duties(case.session, case.row.id) if duty.code == row.code)
    occasion = Occasion(row.opens_on, None, duty_settings(case.session, case.row.programme_code, on))
    add_duties(case, next_quarters(template, occasion, latest, on))


def _finish(
    case: LoadedCase,
    row: CaseDuty,
    actor: Actor,
    now: datetime,
    type: str,
    changes: Mapping[str, Change],
    note: str,
) -> None:
    row.version += 1
    case.touched(now, bump=False)
    title = f"{row.title_zh}（{row.period}）" if row.period != "once" else row.title_zh
    data = {"duty": row.code, "period": row.period, "note": f"{title}：{note}" if note else title}
    case.record(actor=actor, now=now, type=type, changes=changes, data=data)
