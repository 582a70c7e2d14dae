"""What the journal says about schemes and incentives."""

from app.incentives.domain.clawback import OUTCOME_LABELS
from app.incentives.domain.scheme import CLAWBACK_LABELS, STACKING_LABELS
from app.incentives.domain.steps import PAST_STATE_LABELS, STATE_LABELS, IncentiveState
from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

STEP_TAKEN = {
    IncentiveState.RECOMMENDED: EventType("incentive.recommended", N_("推荐奖补")),
    IncentiveState.AWARDED: EventType("incentive.awarded", N_("审定奖补")),
    IncentiveState.PAID: EventType("incentive.paid", N_("拨付奖补")),
}

EVENT_TYPES = (
    SCHEME_PUBLISHED := EventType("incentive_scheme.published", N_("发布奖补政策版本")),
    AMOUNT_SET := EventType("incentive_scheme.amount_set", N_("设定奖补金额")),
    BUDGET_SET := EventType("incentive_scheme.budget_set", N_("设定奖补预算")),
    CLAWBACK_REVIEWED := EventType("incentive.clawback_reviewed", N_("核查奖补追回")),
    CROSSED := EventType("incentive.crossed", N_("奖补随企业合并转移")),
    STEP_UNDONE := EventType("incentive.step_undone", N_("撤销奖补步骤")),
    PAST_ADDED := EventType("past_award.added", N_("登记往年奖补")),
    PAST_CHANGED := EventType("past_award.changed", N_("修改往年奖补")),
    PAST_REMOVED := EventType("past_award.removed", N_("撤销导入，移除往年奖补")),
    *STEP_TAKEN.values(),
)

FIELD_LABELS: dict[str, str] = {
    "incentive.state": N_("进度"),
    "incentive.amount_fen": N_("金额"),
    "incentive.happened_on": N_("办理日期"),
    "incentive.document": N_("依据文件"),
    "incentive.clawback_kind": N_("追回情形"),
    "incentive.clawback_outcome": N_("核查结论"),
    "incentive.clawback_fen": N_("追回金额"),
    "past_award.year": N_("年度"),
    "past_award.scheme_name": N_("奖补事项"),
    "past_award.amount_fen": N_("金额"),
    "past_award.state": N_("进度"),
    "past_award.paid_on": N_("拨付日期"),
    "past_award.document": N_("依据文件"),
    "past_award.note": N_("备注"),
    "incentive_scheme.amount_fen": N_("金额"),
    "incentive_scheme.method": N_("金额的确定"),
    "incentive_scheme.stacking": N_("与其他政策"),
    "incentive_scheme.budget_fen": N_("预算"),
    "incentive_scheme.budget_year": N_("年度"),
    "incentive_scheme.effective_from": N_("生效日期"),
    "incentive_scheme.effective_to": N_("失效日期"),
    "incentive_scheme.document": N_("依据文件"),
}

VALUE_LABELS: dict[str, dict[str, str]] = {
    "incentive.state": {state.value: label for state, label in STATE_LABELS.items()},
    "past_award.state": {state.value: label for state, label in PAST_STATE_LABELS.items()},
    "incentive.clawback_kind": {kind.value: label for kind, label in CLAWBACK_LABELS.items()},
    "incentive.clawback_outcome": {outcome.value: label for outcome, label in OUTCOME_LABELS.items()},
    "incentive_scheme.stacking": {kind.value: label for kind, label in STACKING_LABELS.items()},
}

WORDS = EventWords(EVENT_TYPES, FIELD_LABELS, VALUE_LABELS)
