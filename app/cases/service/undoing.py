"""Taking a step back: everything it changed is as before, its entry stays on file and the journal keeps both."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.cases import actions, events
from app.cases.domain.step_undo import LastStep, decide_take_back
from app.cases.duties.models import CaseDuty
from app.cases.loaded import LoadedCase, load_case
from app.cases.models import Approval, CaseClock, CaseFile, CaseMarker, ClassTwoUse, Milestone, StageEntry
from app.cases.queries import list_entries
from app.cases.schemas import TakeBackStep
from app.cases.service.parts import reported_milestones
from app.cases.service.undo_obstacles import obstacles
from app.cases.supply.models import CorrectionItem
from app.cases.traces import Traces, case_fields
from app.enterprises.service.parts import PartChange, find_part, remove_part
from app.enterprises.service.records import CERTIFICATE
from app.journal.domain import diff
from app.kit.actor import Actor
from app.kit.errors import Conflict
from app.kit.i18n import _


def take_back_step(session: Session, *, actor: Actor, now: datetime, number: str, command: TakeBackStep) -> CaseFile:
    """Take back the step that brought the case where it stands. One event on the case.

    Raises `Conflict` (nothing to take back, stale, or what was built upon it since), `Forbidden` or `Invalid` (reason).
    """
    case = load_case(session, actor=actor, action=actions.UNDO, number=number)
    case.check_version(command.version)
    entries = entries_in_force(session, case.row.id)
    entry = entries[-1] if len(entries) > 1 else None
    traces = Traces.from_json(entry.before) if entry is not None and entry.before else None
    found = obstacles(case, entry, traces) if entry is not None and traces is not None else []
    step = decide_take_back(actor, last_step(entries), command.reason, found, now)
    assert entry is not None and traces is not None
    before, milestones = case_fields(case.row), reported_milestones(case, traces.milestones)
    _restore(case, entry, traces, actor, now)
    entry.taken_back_at, entries[-2].left_on = now, None
    case.touched(now)
    reported = {name: value for name, value in before.items() if name != "stage_entered_on"}
    case.record(
        actor=actor,
        now=now,
        type=events.TAKEN_BACK,
        changes=diff(reported, {name: getattr(case.row, name) for name in reported}),
        data={
            "taken_back": step.action,
            "reason": command.reason.strip(),
            "step_at": step.at,
            "milestones": milestones,
        },
    )
    return case.row


def entries_in_force(session: Session, case_id: int) -> list[StageEntry]:
    """The entries of a case that were not taken back, in order."""
    return in_force(list_entries(session, case_id))


def in_force(entries: Iterable[StageEntry]) -> list[StageEntry]:
    """Those of `entries` that were not taken back."""
    return [entry for entry in entries if entry.taken_back_at is None]


def verdicts_taken_back(entries: Iterable[StageEntry]) -> frozenset[int]:
    """The verdicts kept by those of `entries` that were taken back: they stay on file and are marked."""
    back = [entry.before for entry in entries if entry.taken_back_at is not None]
    return frozenset(key for before in back for key in before.get("verdicts", ()))


def last_step(entries: list[StageEntry]) -> LastStep | None:
    """The step that brought the case where it stands; None where it was only opened."""
    if len(entries) < 2:
        return None
    entry = entries[-1]
    return LastStep(entry.action, entry.by_kind, entry.by_id, entry.at, kept=bool(entry.before))


def _restore(case: LoadedCase, entry: StageEntry, traces: Traces, actor: Actor, now: datetime) -> None:
    for name, value in traces.case.items():
        setattr(case.row, name, value)
    session = case.session
    session.execute(delete(CaseMarker).where(CaseMarker.case_id == case.row.id, CaseMarker.marker.in_(traces.markers)))
    _remove(session, CorrectionItem, traces.corrections_asked)
    _remove(session, Milestone, traces.milestones_made)
    _remove(session, CaseClock, traces.clocks_made)
    _remove(session, CaseDuty, traces.duties_made)
    _put_back(session, Milestone, {key: {"lapsed_on": None} for key in traces.milestones_lapsed})
    _put_back(session, CaseClock, {int(key): values for key, values in traces.clocks.items()})
    _put_back(session, CaseDuty, {key: {"waived_on": None} for key in traces.duties_lapsed})
    _put_back(session, ClassTwoUse, {key: {"used_on": None} for key in traces.rights_used})
    _put_back(session, ClassTwoUse, {key: {"released_on": None} for key in traces.rights_released})
    _approvals(case, traces, now)
    if traces.certificate is not None:
        certificate = find_part(session, CERTIFICATE, case.row.enterprise_id, traces.certificate)
        remove_part(PartChange(session, actor, case.row.enterprise, now), CERTIFICATE, certificate)
    _flush(case)
    case.milestones = list(
        session.scalars(select(Milestone).where(Milestone.case_id == case.row.id).order_by(Milestone.id))
    )


def _approvals(case: LoadedCase, traces: Traces, now: datetime) -> None:
    """Approvals that the step let lapse stand again, unless whoever gave one has approved anew since."""
    rows = case.session.scalars(select(Approval).where(Approval.case_id == case.row.id)).all()
    again = {(row.action, row.officer_id) for row in rows if row.lapsed_at is None}
    for row in rows:
        if row.id in traces.approvals_lapsed and (row.action, row.officer_id) not in again:
            row.lapsed_at, row.lapse_reason = None, ""


def _remove(session: Session, model: type[Any], ids: Iterable[int]) -> None:
    wanted = list(ids)
    if wanted:
        session.execute(delete(model).where(model.id.in_(wanted)).execution_options(synchronize_session="fetch"))


def _put_back(session: Session, model: type[Any], values: dict[int, dict[str, Any]]) -> None:
    if not values:
        return
    for row in session.scalars(select(model).where(model.id.in_(values))):
        for name, value in values[row.id].items():
            setattr(row, name, value)


def _flush(case: LoadedCase) -> None:
    """The unique indexes catch whoever was a moment faster with a right or another case."""
    try:
        with case.session.begin_nested():
            case.session.flush()
    except IntegrityError:
        raise Conflict("case.undo.raced", _("其他办件刚占用了相关知识产权或年度名额，不能撤回。")) from None
