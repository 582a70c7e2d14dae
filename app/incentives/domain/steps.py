"""The steps of an incentive: their order, their amounts, their days, and how they are undone."""

from datetime import date
from enum import StrEnum

from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_, _
from app.kit.public_ids import PublicIds

ADVISORY = N_("预计可享受，以主管部门审定为准")


class IncentiveState(StrEnum):
    """How far an incentive has come; ELIGIBLE is derived from facts, and stored only after a recommendation was undone."""

    ELIGIBLE = "eligible"
    RECOMMENDED = "recommended"
    AWARDED = "awarded"
    PAID = "paid"


ORDER = (IncentiveState.ELIGIBLE, IncentiveState.RECOMMENDED, IncentiveState.AWARDED, IncentiveState.PAID)

STATE_LABELS = {
    IncentiveState.ELIGIBLE: N_("预计可享受"),
    IncentiveState.RECOMMENDED: N_("已推荐"),
    IncentiveState.AWARDED: N_("已审定"),
    IncentiveState.PAID: N_("已拨付"),
}


class PastState(StrEnum):
    """Whether an award of the past was paid, as its list says; held back and not yet paid are alike."""

    PAID = "paid"
    UNPAID = "unpaid"


PAST_STATE_LABELS = {PastState.PAID: N_("已拨付"), PastState.UNPAID: N_("未拨付")}

IDS = PublicIds("INC")


def next_step(state: IncentiveState) -> IncentiveState | None:
    """The step that follows, or None when the incentive is paid."""
    place = ORDER.index(state)
    return ORDER[place + 1] if place + 1 < len(ORDER) else None


def previous_state(state: IncentiveState) -> IncentiveState:
    """The state an undone step leads back to."""
    return ORDER[ORDER.index(state) - 1]


def check_step(state: IncentiveState, step: IncentiveState) -> None:
    """Steps follow their order, one by one; raises Conflict incentive.step.order."""
    if next_step(state) is not step:
        raise Conflict(
            "incentive.step.order",
            _("当前为“%(state)s”，不能直接登记“%(step)s”。请按 推荐、审定、拨付 的顺序办理。")
            % {"state": _(STATE_LABELS[state]), "step": _(STATE_LABELS[step])},
        )


def check_amount(step: IncentiveState, amount_fen: int | None) -> None:
    """An award and a payment state a positive amount; raises Invalid incentive.amount.missing or .positive."""
    if amount_fen is None and step in (IncentiveState.AWARDED, IncentiveState.PAID):
        message = _("请填写金额：审定和拨付必须有金额。")
        raise Invalid("incentive.amount.missing", message, {"amount": message})
    if amount_fen is not None and amount_fen <= 0:
        message = _("金额应大于 0。")
        raise Invalid("incentive.amount.positive", message, {"amount": message})


def check_paid_within_award(awarded_fen: int | None, paid_fen: int | None) -> None:
    """No more is paid than was awarded; raises Invalid incentive.amount.above_award."""
    if awarded_fen is not None and paid_fen is not None and paid_fen > awarded_fen:
        message = _("拨付金额超过审定金额，请核对。")
        raise Invalid("incentive.amount.above_award", message, {"amount": message})


def check_day(happened_on: date, not_before: date, today: date) -> None:
    """A step lies between the step before it and today; raises Invalid incentive.step.day."""
    if not not_before <= happened_on <= today:
        message = _("日期应在 %(first)s 与 %(last)s 之间。") % {
            "first": not_before.isoformat(),
            "last": today.isoformat(),
        }
        raise Invalid("incentive.step.day", message, {"happened_on": message})
