"""The policies' event types and the names of their fields. A statement about a firm is an event of that firm."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

EVENT_TYPES = (
    PUBLISHED := EventType("policy.published", N_("发布政策版本")),
    PARAMETER_SET := EventType("policy.parameter_set", N_("设定政策参数")),
    SETTING_WITHDRAWN := EventType("policy.setting_withdrawn", N_("撤回政策参数设定")),
    FACT_STATED := EventType("enterprise.fact_stated", N_("登记情况说明")),
    FACT_WITHDRAWN := EventType("enterprise.fact_withdrawn", N_("撤回情况说明")),
    FACTS_HANDED_IN := EventType("enterprise.facts_handed_in", N_("企业自查后提交数据")),
    VERDICT_STORED := EventType("verdict.stored", N_("留存判定结果")),
    VERDICT_CROSSED := EventType("verdict.crossed", N_("判定随企业合并转移")),
    OVERRIDDEN := EventType("verdict.overridden", N_("对判定另作决定")),
    OVERRIDE_TAKEN_BACK := EventType("verdict.override_taken_back", N_("撤回另作的决定")),
)

FIELD_LABELS = {
    "policy.version": N_("版本"),
    "policy.setting": N_("设定"),
    "policy.document": N_("依据文件"),
    "enterprise.statement": N_("情况说明"),
    "enterprise.statements": N_("情况说明"),
    "verdict.outcome": N_("判定结果"),
    "verdict.document": N_("依据文件"),
}

VALUE_LABELS = {"verdict.outcome": {"met": N_("达标"), "unmet": N_("未达标"), "unknown": N_("待定")}}

WORDS = EventWords(EVENT_TYPES, FIELD_LABELS, VALUE_LABELS)
