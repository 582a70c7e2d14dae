"""Taking back a mistaken step: who may, how long, and what stands in the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.kit.actor import Actor, ActorKind
from app.kit.errors import Conflict, Forbidden, Invalid
from app.kit.i18n import _

#: Until the end of the next working morning at the latest most slips are noticed by whoever made them; after a day
#: others have begun to rely on the step, so a section head has to weigh it and say why.
UNDO_WITHIN = timedelta(hours=24)


@dataclass(frozen=True)
class LastStep:
    """The step that brought the case where it stands; `kept` says whether what it changed was kept."""

    action: str
    by_kind: str
    by_id: int | None
    at: datetime | None
    kept: bool


def may_take_back(actor: Actor, step: LastStep | None, now: datetime) -> bool:
    """Whether this actor may take the step back now, given a reason where one is needed."""
    return step is not None and step.kept and (_in_time(actor, step, now) or _is_head(actor))


def needs_reason(actor: Actor, step: LastStep, now: datetime) -> bool:
    """Whether a reason is asked for: not from the author within the time."""
    return not _in_time(actor, step, now)


def decide_take_back(
    actor: Actor, step: LastStep | None, reason: str, obstacles: Sequence[str], now: datetime
) -> LastStep:
    """The step to take back; raises `Conflict` (nothing, or what stands in the way), `Forbidden` or `Invalid`."""
    if step is None:
        raise Conflict("case.undo.nothing", _("该件还没有办理过步骤，没有可撤回的。"))
    if not step.kept:
        raise Conflict("case.undo.not_kept", _("这一步办理时没有留存改动前的情况，不能撤回；请按流程办理下一步。"))
    if not may_take_back(actor, step, now):
        raise Forbidden("case.undo.not_yours", _("只有经手人可在 24 小时内撤回；之后由科长写明理由撤回。"))
    if needs_reason(actor, step, now) and not reason.strip():
        message = _("请写明理由。")
        raise Invalid("case.reason.missing", message, {"reason": message})
    if obstacles:
        raise Conflict("case.undo.obstacles", _("不能撤回：%(reasons)s。") % {"reasons": _("；").join(obstacles)})
    return step


def _in_time(actor: Actor, step: LastStep, now: datetime) -> bool:
    own = (str(actor.kind), actor.id) == (step.by_kind, step.by_id) and actor.id is not None
    return own and step.at is not None and now - step.at <= UNDO_WITHIN


def _is_head(actor: Actor) -> bool:
    return actor.kind is ActorKind.SYSTEM or actor.traits.heads
