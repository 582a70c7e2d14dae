"""The head of a case page: the stage bar, what is missing for the next step, the steps that can be taken or taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.cases import actions
from app.cases.domain.needs import Need, insisted_on, needs_of, next_action, refusing, waits_for
from app.cases.domain.progress import StageStep
from app.cases.domain.step_undo import may_take_back, needs_reason
from app.cases.domain.steps import available, may_act
from app.cases.domain.supplies import Supplies
from app.cases.loaded import place_of
from app.cases.models import CaseFile, StageEntry
from app.cases.service.undoing import last_step
from app.kit.actor import Actor
from app.kit.i18n import _, ngettext
from app.kit.permissions import can
from app.programmes.domain.definition import Programme, StageAction
from app.programmes.words import listed, who_may
from app.web.shared.case_lines import short_day
from app.web.shared.need_links import NeedLine, need_lines


@dataclass(frozen=True)
class StationLine:
    """A station of the stage bar."""

    label: str
    state: str
    note: str


@dataclass(frozen=True)
class StepButton:
    """A step that the officer may take; while something is missing it is shown and cannot be pressed."""

    action: StageAction
    label: str
    url: str
    id: str
    kind: str
    to: str
    missing: tuple[NeedLine, ...]
    obstacle: str


@dataclass(frozen=True)
class NextStep:
    """What is missing for the next step: by how pressing it is, and whose step it is when not the reader's."""

    title: str
    ready: bool
    now: tuple[NeedLine, ...]
    next: tuple[NeedLine, ...]
    optional: tuple[NeedLine, ...]
    others_turn: str


@dataclass(frozen=True)
class UndoButton:
    """The last step, which the officer may take back."""

    label: str
    url: str
    reason: bool


def station(step: StageStep, on: date) -> StationLine:
    """A station with the day on which it was reached."""
    state = {"done": "done", "current": "current"}.get(step.state, "todo")
    return StationLine(str(step.name), state, short_day(step.reached_on, on) if step.reached_on else "")


def next_step(
    programme: Programme, case: CaseFile, actor: Actor, supplies: Supplies, milestones: Mapping[str, int]
) -> NextStep | None:
    """What is missing for the main step out of the present stage; None where the case ends or has no such step."""
    action = next_action(programme, case.stage)
    if action is None:
        return None
    needs = waits_for(needs_of(programme, action, supplies))
    lines = {
        level: need_lines(
            programme, case.number, (need for need in needs if need.level == level), supplies.on, milestones
        )
        for level in ("now", "next", "optional")
    }
    return NextStep(
        title=_title(programme, action, needs),
        ready=not refusing(needs),
        others_turn="" if may_act(actor, action) else _others_turn(action),
        **lines,
    )


def step_buttons(
    programme: Programme,
    case: CaseFile,
    actor: Actor,
    supplies: Supplies,
    milestones: Mapping[str, int] | None = None,
) -> tuple[StepButton, ...]:
    """The steps that the officer may take now, the main one last: it stands at the right.

    A button can be pressed exactly when the decision would accept the step with its form filled in.
    """
    if not can(actor, actions.STEP, place_of(case.enterprise)):
        return ()
    order = {"grave": 0, "other": 1, "main": 2}
    steps = sorted(available(programme, case, actor), key=lambda action: order[action.weight])
    return tuple(_button(programme, case, action, supplies, milestones or {}) for action in steps)


def _button(
    programme: Programme, case: CaseFile, action: StageAction, supplies: Supplies, milestones: Mapping[str, int]
) -> StepButton:
    missing = insisted_on(programme, action, supplies)
    n = len(missing)
    return StepButton(
        action=action,
        label=str(action.label),
        url=f"/cases/{case.number}/steps/{action.code}",
        id=f"step-{action.code}",
        kind={"main": "primary", "grave": "danger"}.get(action.weight, "secondary"),
        to=str(programme.stage(action.to).name),
        missing=need_lines(programme, case.number, missing, supplies.on, milestones),
        obstacle=ngettext("还差 %(n)s 项", "还差 %(n)s 项", n) % {"n": n} if n else "",
    )


def undo_button(
    programme: Programme, case: CaseFile, actor: Actor, entries: Sequence[StageEntry], now: datetime
) -> UndoButton | None:
    """The last step where this officer may take it back now; what stands in the way is told when it is tried."""
    step = last_step(list(entries))
    if step is None or not can(actor, actions.UNDO, place_of(case.enterprise)) or not may_take_back(actor, step, now):
        return None
    action = programme.find_action(step.action)
    return UndoButton(
        label=str(action.label) if action else step.action,
        url=f"/cases/{case.number}/undo",
        reason=needs_reason(actor, step, now),
    )


def _title(programme: Programme, action: StageAction, needs: Sequence[Need]) -> str:
    reported = {"stage": programme.stage(action.to).name, "n": len(refusing(needs))}
    if not reported["n"]:
        return _("进入“%(stage)s”的事项已齐") % reported
    return ngettext("进入“%(stage)s”还差 %(n)s 项", "进入“%(stage)s”还差 %(n)s 项", len(refusing(needs))) % reported


def _others_turn(action: StageAction) -> str:
    return _("“%(action)s”由%(who)s办理") % {"action": action.label, "who": listed(who_may(action))}
