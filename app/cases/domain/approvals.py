"""Approving a step before it is taken: by whom, how often, and how it ends."""

from dataclasses import dataclass
from datetime import datetime

from app.cases.domain.state import CaseSnapshot, CaseState
from app.kit.actor import Actor, ActorKind
from app.kit.errors import Conflict, Forbidden, Invalid
from app.kit.i18n import _
from app.programmes.domain.definition import Programme, StageAction


@dataclass(frozen=True)
class Given:
    """An approval on file, in force or lapsed."""

    action: str
    officer_id: int
    lapsed_at: datetime | None = None


def may_approve(actor: Actor, action: StageAction) -> bool:
    """Whether the approval of this officer counts for the step."""
    guard = action.needs.approvals
    return guard is not None and actor.kind is ActorKind.OFFICER and actor.role in guard.roles


def approvable(programme: Programme, case: CaseSnapshot) -> tuple[StageAction, ...]:
    """The steps out of the present stage that need approval."""
    if case.state is not CaseState.OPEN:
        return ()
    return tuple(action for action in programme.actions_from(case.stage) if action.needs.approvals)


def decide_approve(
    programme: Programme, case: CaseSnapshot, given: tuple[Given, ...], code: str, actor: Actor
) -> StageAction:
    """The step that is approved; raises `Conflict`, `Forbidden` or `Invalid`. Nobody approves twice."""
    action = _action(programme, case, code)
    if not may_approve(actor, action):
        raise Forbidden("case.approval.not_yours", _("“%(action)s”不由您的角色审签。") % {"action": action.label})
    if _in_force(given, code, actor):
        raise Conflict("case.approval.twice", _("您已审签过这一步，同一人不能审签两次。"))
    return action


def decide_withdraw(
    programme: Programme, case: CaseSnapshot, given: tuple[Given, ...], code: str, actor: Actor
) -> StageAction:
    """The step whose approval its author takes back; raises `Conflict` or `Invalid`, also once the step is taken."""
    action = _action(programme, case, code)
    if not _in_force(given, code, actor):
        raise Conflict("case.approval.none", _("您没有这一步的有效审签。"))
    return action


def _in_force(given: tuple[Given, ...], code: str, actor: Actor) -> bool:
    return any(one.action == code and one.officer_id == actor.id and one.lapsed_at is None for one in given)


def _action(programme: Programme, case: CaseSnapshot, code: str) -> StageAction:
    if case.state is not CaseState.OPEN:
        raise Conflict("case.closed", _("该件已办结，不能再改动。"))
    action = programme.find_action(code)
    if action is None or action.needs.approvals is None:
        raise Invalid("case.approval.unknown", _("这个培育通道版本没有需要审签的这一步。"))
    if case.stage not in action.from_:
        raise Conflict(
            "case.approval.not_here",
            _("“%(action)s”不在“%(stage)s”阶段审签。")
            % {"action": action.label, "stage": programme.stage(case.stage).name},
        )
    return action
