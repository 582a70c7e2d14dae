"""What the journal says about plans."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

PLAN_PUBLISHED = "plan.published"
INDICATOR_CHANGED = "indicator.changed"
INDICATOR_CORRECTED = "indicator.corrected"

EVENT_TYPES: tuple[EventType, ...] = (
    EventType(PLAN_PUBLISHED, N_("发布年度工作要点")),
    EventType(INDICATOR_CHANGED, N_("指标计数变化")),
    EventType(INDICATOR_CORRECTED, N_("指标随工作要点更正")),
)

FIELD_LABELS: dict[str, str] = {"indicator.value": N_("计数"), "plan.version": N_("版本")}

WORDS = EventWords(EVENT_TYPES, FIELD_LABELS)
