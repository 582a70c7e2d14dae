"""The policies' event types and the names of their fields. A statement about a firm is an event of that firm."""

from app.journal.domain import EventType
from app.kit.i18n import N_

PUBLISHED = "policy.published"
FACT_STATED = "enterprise.fact_stated"
FACT_WITHDRAWN = "enterprise.fact_withdrawn"
VERDICT_STORED = "verdict.stored"

EVENT_TYPES: tuple[EventType, ...] = (
    EventType(PUBLISHED, N_("发布政策版本")),
    EventType(FACT_STATED, N_("登记情况说明")),
    EventType(FACT_WITHDRAWN, N_("撤回情况说明")),
    EventType(VERDICT_STORED, N_("留存判定结果")),
)

FIELD_LABELS = {
    "policy.version": N_("版本"),
    "enterprise.statement": N_("情况说明"),
    "verdict.outcome": N_("判定结果"),
}

VALUE_LABELS = {"verdict.outcome": {"met": N_("达标"), "unmet": N_("未达标"), "unknown": N_("待定")}}
