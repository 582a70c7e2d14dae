"""What the journal says about the code tables."""

from app.journal.domain import EventType
from app.kit.i18n import N_

PUBLISHED = "reference.published"

EVENT_TYPES: tuple[EventType, ...] = (EventType(PUBLISHED, N_("更新代码表")),)
FIELD_LABELS: dict[str, str] = {}
