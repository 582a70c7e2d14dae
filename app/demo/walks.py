"""Fictional cases led through their stages by the very decisions that real ones take. Pure."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import Any

from app.cases.domain.milestones import PlannedMilestone, next_due
from app.cases.domain.opening import OpeningRequest, decide_open
from app.cases.domain.state import CaseSnapshot, CaseState, Cutoffs, MilestoneState
from app.cases.domain.steps import NewCertificate, StepRequest, StepResult, decide_step
from app.demo.supplied import everything, example_answer
from app.kit.actor import SYSTEM
from app.programmes.domain.definition import Programme, StageAction
from app.programmes.domain.due import ShiftWorkingDays

DONE_IN_TIME = 0.5
LATE_AT_MOST = timedelta(days=15)


@dataclass(frozen=True)
class Intake:
    """The round a case belongs to, a number that makes its certificate unlike any other, and whether it may come to one."""

    round: str | None
    cutoffs: Cutoffs
    serial: int
    certifiable: bool = True


@dataclass(frozen=True)
class Kept:
    """A milestone as planned, the day an officer gave it where the rule names none, and when it was done."""

    planned: PlannedMilestone
    due_on: date
    done_on: date | None = None


@dataclass
class CaseWalk:
    """A case so far: its snapshot, the entries into stages, its milestones and what it came to count as."""

    programme: Programme
    snapshot: CaseSnapshot
    entries: list[tuple[str, str, date]]
    milestones: list[Kept]
    markers: dict[str, date]
    steps: list[StepResult] = field(default_factory=list)
    certificate: NewCertificate | None = None
    closed_on: date | None = None

    @property
    def next_due_on(self) -> date | None:
        """The earliest day on which something open is due."""
        return next_due(self.snapshot.milestones)


def walk(
    random: Random,
    programme: Programme,
    number: str,
    opened_on: date,
    today: date,
    shift: ShiftWorkingDays,
    intake: Intake,
) -> CaseWalk:
    """A case opened on `opened_on` and led to a random stage, never beyond `today`."""
    opening = decide_open(
        programme, OpeningRequest(opened_on.year, opened_on, False, None, None, False, intake.cutoffs), shift
    )
    snapshot = CaseSnapshot(
        number=number,
        state=CaseState.OPEN,
        stage=opening.stage,
        stage_entered_on=opened_on,
        year=opened_on.year,
        opened_on=opened_on,
        submitted_on=None,
        version=1,
        markers=frozenset(opening.markers),
        cutoffs=intake.cutoffs,
    )
    made = CaseWalk(
        programme, snapshot, [(opening.stage, "open", opened_on)], [], dict.fromkeys(opening.markers, opened_on)
    )
    _plan(random, made, opening.milestones)
    for _step in range(random.randint(0, len(programme.stages) + 2)):
        if made.snapshot.state is not CaseState.OPEN or not _go_on(random, made, today, shift, intake):
            break
    _do_milestones(random, made, today)
    return made


def _go_on(random: Random, made: CaseWalk, today: date, shift: ShiftWorkingDays, intake: Intake) -> bool:
    on = made.snapshot.stage_entered_on + timedelta(days=random.randint(4, 38))
    action = _choose(random, made)
    if action is None or on > today:
        return False
    cutoff = made.snapshot.cutoffs.bureau_on
    if "submit" in action.effects and made.snapshot.submitted_on is None and cutoff is not None and on > cutoff:
        on = max(cutoff, made.snapshot.stage_entered_on)
        if on > cutoff:
            return False
    request = StepRequest(
        action=action.code,
        on=on,
        supplies=everything(made.programme, action, made.snapshot.year, on),
        reason="示例数据" if action.needs.reason else "",
        values={needed.code: example_answer(needed, on, intake.serial) for needed in action.needs.fields},
        version=made.snapshot.version,
    )
    step = decide_step(made.programme, made.snapshot, request, actor=SYSTEM, today=today, shift=shift)
    if step.certificate and not intake.certifiable:
        return False
    _take(random, made, step)
    return True


def _choose(random: Random, made: CaseWalk) -> StageAction | None:
    actions = made.programme.actions_from(made.snapshot.stage)
    main = [action for action in actions if action.weight == "main"]
    others = [action for action in actions if action.weight != "main"]
    if others and random.random() < 0.04:
        return random.choice(others)
    return random.choice(main) if main else None


def _take(random: Random, made: CaseWalk, step: StepResult) -> None:
    made.steps.append(step)
    made.entries.append((step.stage.code, step.action.code, step.on))
    made.markers.update(dict.fromkeys(step.markers, step.on))
    made.certificate = step.certificate or made.certificate
    made.closed_on = step.on if step.closes else None
    made.snapshot = replace(
        made.snapshot,
        state=step.state,
        stage=step.stage.code,
        stage_entered_on=step.on,
        submitted_on=step.submitted_on,
        version=made.snapshot.version + 1,
        markers=made.snapshot.markers | set(step.markers),
    )
    _plan(random, made, step.milestones)


def _plan(random: Random, made: CaseWalk, planned: tuple[PlannedMilestone, ...]) -> None:
    entered_on = made.snapshot.stage_entered_on
    made.milestones += [
        Kept(milestone, milestone.due_on or entered_on + timedelta(days=random.randint(6, 40))) for milestone in planned
    ]
    _know(made)


def _do_milestones(random: Random, made: CaseWalk, today: date) -> None:
    """What was due is mostly done, on its day; a little is overdue."""
    made.milestones = [
        replace(kept, done_on=max(kept.due_on, made.snapshot.opened_on))
        if kept.due_on < today - LATE_AT_MOST or (kept.due_on < today and random.random() < DONE_IN_TIME)
        else kept
        for kept in made.milestones
    ]
    _know(made)


def _lapsed_on(made: CaseWalk, kept: Kept) -> date | None:
    return made.closed_on if kept.done_on is None else None


def _know(made: CaseWalk) -> None:
    states = tuple(
        MilestoneState(
            kept.planned.code, kept.planned.ordinal, kept.due_on, kept.done_on, lapsed_on=_lapsed_on(made, kept)
        )
        for kept in made.milestones
    )
    made.snapshot = replace(made.snapshot, milestones=states)


def rows_of(made: CaseWalk, case_id: int) -> dict[str, list[dict[str, Any]]]:
    """The rows of the case's parts, by the name of their table."""
    entries = made.entries
    return {
        "case_stage_entry": [
            {
                "case_id": case_id,
                "ordinal": index + 1,
                "stage": stage,
                "action": action,
                "entered_on": on,
                "left_on": entries[index + 1][2] if index + 1 < len(entries) else None,
            }
            for index, (stage, action, on) in enumerate(entries)
        ],
        "case_marker": [
            {"case_id": case_id, "marker": marker, "reached_on": on} for marker, on in made.markers.items()
        ],
        "milestone": [
            {
                "case_id": case_id,
                "code": kept.planned.code,
                "ordinal": kept.planned.ordinal,
                "title_zh": kept.planned.title.zh,
                "title_en": kept.planned.title.en,
                "planned_on": kept.planned.due_on,
                "due_on": kept.due_on,
                "done_on": kept.done_on,
                "done_by": "示例数据" if kept.done_on else None,
                "note": "",
                "lapsed_on": _lapsed_on(made, kept),
                "version": 1,
            }
            for kept in made.milestones
        ],
    }
