"""The policies' event types and the names of their fields. A statement about a firm is an event of that firm."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

PUBLISHED = "policy.published"
PARAMETER_SET = "policy.parameter_set"
SETTING_WITHDRAWN = "policy.setting_withdrawn"
FACT_STATED = "enterprise.fact_stated"
FACT_WITHDRAWN = "enterprise.fact_withdrawn"
FACTS_HANDED_IN = "enterprise.facts_handed_in"
VERDICT_STORED = "verdict.stored"
OVERRIDDEN = "verdict.overridden"
OVERRIDE_TAKEN_BACK = "verdict.override_taken_back"

EVENT_TYPES: tuple[EventType, ...] = (
    EventType(PUBLISHED, N_("发布政策版本")),
    EventType(PARAMETER_SET, N_("设定政策参数")),
    EventType(SETTING_WITHDRAWN, N_("撤回政策参数设定")),
    EventType(FACT_STATED, N_("登记情况说明")),
    EventType(FACT_WITHDRAWN, N_("撤回情况说明")),
    EventType(FACTS_HANDED_IN, N_("企业自查后提交数据")),
    EventType(VERDICT_STORED, N_("留存判定结果")),
    EventType(OVERRIDDEN, N_("对判定另作决定")),
    EventType(OVERRIDE_TAKEN_BACK, N_("撤回另作的决定")),
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
