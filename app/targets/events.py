"""What the journal says about plans."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

EVENT_TYPES = (
    PLAN_PUBLISHED := EventType("plan.published", N_("发布年度工作要点")),
    INDICATOR_CHANGED := EventType("indicator.changed", N_("指标计数变化")),
    INDICATOR_CORRECTED := EventType("indicator.corrected", N_("指标随工作要点更正")),
)

FIELD_LABELS: dict[str, str] = {"indicator.value": N_("计数"), "plan.version": N_("版本")}

WORDS = EventWords(EVENT_TYPES, FIELD_LABELS)
