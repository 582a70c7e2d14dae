"""What the journal says about plans."""

from app.journal.domain import EventType
from app.kit.i18n import N_

PLAN_PUBLISHED = "plan.published"

EVENT_TYPES: tuple[EventType, ...] = (EventType(PLAN_PUBLISHED, N_("发布年度工作要点")),)

FIELD_LABELS: dict[str, str] = {}
