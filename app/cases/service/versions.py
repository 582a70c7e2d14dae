"""Moving a case to a newer version of its programme: shown first, then done in one step that is never silent."""

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import actions, events
from app.cases.domain.milestones import moment_of, plan
from app.cases.domain.state import CaseState
from app.cases.domain.version_change import VERSION_CHANGE, CaseHoldings, VersionChange, decide_change, newer_versions
from app.cases.duties.creation import keep_duties, list_duties
from app.cases.loaded import LoadedCase, load_case, with_parts
from app.cases.models import Approval, CaseFile, StageEntry
from app.cases.schemas import ChangeVersion
from app.cases.service.clocks import keep_clocks, list_clocks
from app.cases.service.entering import add_markers, signed
from app.cases.service.parts import add_milestones, reported_milestones
from app.cases.service.undoing import entries_in_force
from app.cases.supply.models import CaseAnswer, CaseMaterial
from app.cases.traces import Traces, case_fields
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.errors import Conflict
from app.kit.i18n import _
from app.programmes.domain.definition import Programme
from app.programmes.queries import Catalogue, load_catalogue
from app.reference.queries import work_calendar


def list_newer_versions(catalogue: Catalogue, case: CaseFile, on: date) -> tuple[Programme, ...]:
    """The versions in force by the day `on` that are newer than the case's own, newest first."""
    old = catalogue.get(case.programme_code, case.programme_version)
    in_force = [version for version in catalogue.versions_of(case.programme_code) if version.effective_on <= on]
    return newer_versions(in_force, old)


def preview_version(session: Session, *, case: CaseFile, new: Programme, target: str) -> VersionChange:
    """What moving `case` to `new` would bring about; nothing is written. Raises as `change_version`."""
    loaded = with_parts(session, case)
    return _decide(loaded, new, target)


def change_version(session: Session, *, actor: Actor, now: datetime, number: str, command: ChangeVersion) -> CaseFile:
    """Move a case to a newer version in force. One event.

    What the new version does not know stays on file and no longer counts; what its stage brings about is made. A step
    taken before cannot be taken back afterwards. Raises `Conflict` (closed, stale, version not newer), `Invalid` (stage).
    """
    case = load_case(session, actor=actor, action=actions.CHANGE_VERSION, number=number)
    case.check_version(command.version)
    on = today(now)
    new = _chosen(session, case.row, command.programme_version, on)
    change = _decide(case, new, command.stage or case.row.stage)
    before = case_fields(case.row) | {"programme_version": case.row.programme_version}
    milestones = _let_go(case, change, actor, now)
    case.row.programme_version = new.version
    case.programme = new
    milestones += _stand_in(case, change, actor, now)
    case.touched(now)
    case.record(
        actor=actor,
        now=now,
        type=events.VERSION_CHANGED,
        changes={
            name: (value, after)
            for name, value in before.items()
            if name in ("stage", "programme_version") and (after := getattr(case.row, name)) != value
        },
        data={
            "reason": command.reason.strip(),
            "effects": _reported(change),
            "milestones": reported_milestones(case, milestones),
        },
    )
    return case.row


def _chosen(session: Session, case: CaseFile, version: str, on: date) -> Programme:
    found = [item for item in list_newer_versions(load_catalogue(session), case, on) if item.version == version]
    if not found:
        raise Conflict("case.version.not_newer", _("该件已在这个版本或更新的版本上，请刷新后核对。"))
    return found[0]


def _decide(case: LoadedCase, new: Programme, target: str) -> VersionChange:
    state = CaseState(case.row.state)
    return decide_change(case.programme, new, _holdings(case), state=state, present=case.row.stage, target=target)


def _holdings(case: LoadedCase) -> CaseHoldings:
    session, case_id = case.session, case.row.id
    duties = list_duties(session, case_id)
    answers = session.scalars(select(CaseAnswer).where(CaseAnswer.case_id == case_id))
    materials = session.scalars(
        select(CaseMaterial.material).where(CaseMaterial.case_id == case_id, CaseMaterial.state != "removed")
    )
    return _known_to(
        case.programme,
        CaseHoldings(
            milestones_open=frozenset(item.code for item in case.snapshot.milestones if item.is_open),
            milestones=frozenset(item.code for item in case.snapshot.milestones),
            clocks=frozenset(row.code for row in list_clocks(session, case_id) if row.ended_on is None),
            duties_open=frozenset(row.code for row in duties if row.done_on is None and row.waived_on is None),
            duties=frozenset(row.code for row in duties),
            materials=frozenset(materials),
            answers={row.question: row.value for row in answers},
            approvals=frozenset(row.action for row in _approvals_in_force(case)),
        ),
    )


def _known_to(programme: Programme, held: CaseHoldings) -> CaseHoldings:
    """Without what an earlier change of version has left on file already."""
    materials = {material.code for material in programme.materials}
    questions = {question.code for question in programme.questions}
    return replace(
        held,
        materials=held.materials & materials,
        answers={code: value for code, value in held.answers.items() if code in questions},
    )


def _approvals_in_force(case: LoadedCase) -> list[Approval]:
    statement = select(Approval).where(Approval.case_id == case.row.id, Approval.lapsed_at.is_(None))
    return list(case.session.scalars(statement))


def _let_go(case: LoadedCase, change: VersionChange, actor: Actor, now: datetime) -> list[int]:
    """What the new version does not know ends today; rows stay on file. Returns the ids of the milestones that lapse."""
    session, case_id, on = case.session, case.row.id, today(now)
    lost = [row for row in case.milestones if row.code in change.codes("milestone", "lost") and row.done_on is None]
    for milestone in lost:
        milestone.lapsed_on = milestone.lapsed_on or on
    calendar = work_calendar(session)
    for clock in list_clocks(session, case_id):
        if clock.code in change.codes("clock", "lost") and clock.ended_on is None:
            clock.used_days += calendar.between(clock.running_since, on) if clock.running_since else 0
            clock.running_since, clock.due_on, clock.ended_on = None, None, on
    for duty in list_duties(session, case_id):
        if duty.code in change.codes("duty", "lost") and duty.done_on is None and duty.waived_on is None:
            duty.waived_on, duty.waived_by = on, actor.name
    for approval in _approvals_in_force(case):
        if approval.action in change.codes("approval", "lost"):
            approval.lapsed_at, approval.lapse_reason = now, f"{change.old.version} → {change.new.version}"
    again = change.codes("question", "again")
    for answer in session.scalars(select(CaseAnswer).where(CaseAnswer.case_id == case_id)):
        answer.draft = answer.draft or answer.question in again
    session.flush()
    return [milestone.id for milestone in lost]


def _stand_in(case: LoadedCase, change: VersionChange, actor: Actor, now: datetime) -> list[int]:
    """Stand in the new version's stage, with what it brings about. Returns the ids of the milestones made."""
    row, on, stage = case.row, today(now), change.stage
    entries = entries_in_force(case.session, row.id)
    entries[-1].before = {}  # what the last step changed belongs to the old version: it cannot be taken back any more
    if stage.code != row.stage:
        _enter(case, entries, stage.code, actor, now)
    present = {marker.marker for marker in case.markers}
    add_markers(case, [marker for marker in stage.counts_as if marker not in present], row.stage_entered_on)
    coming = change.codes("milestone", "gained")
    templates = [item for item in change.new.milestones if item.code in coming]
    calendar = work_calendar(case.session)
    made = add_milestones(case, plan(templates, case.snapshot.milestones, moment_of(case.snapshot), calendar.add))
    traces = Traces(case_fields(row))
    keep_clocks(case, stage, on, traces, calendar)
    keep_duties(case, stage, on, None, traces)
    return made


def _enter(case: LoadedCase, entries: list[StageEntry], stage: str, actor: Actor, now: datetime) -> None:
    row, on = case.row, today(now)
    last = case.session.scalars(
        select(StageEntry).where(StageEntry.case_id == row.id).order_by(StageEntry.ordinal.desc())
    ).first()
    entries[-1].left_on = on
    ordinal = (last.ordinal if last else 0) + 1
    entry = StageEntry(
        case_id=row.id, ordinal=ordinal, stage=stage, action=VERSION_CHANGE, entered_on=on, **signed(actor, now)
    )
    case.session.add(entry)
    row.stage, row.stage_entered_on = stage, on


def _reported(change: VersionChange) -> list[list[str]]:
    """The effects as the journal keeps them: kind, code, outcome."""
    return [[item.kind, item.code, item.outcome] for item in change.effects if item.outcome != "kept"]
