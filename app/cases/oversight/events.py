"""What the journal tells about supervision and ratings; they are events of their case."""

from app.journal.domain import EventType
from app.kit.i18n import N_

RATED = "case.service_rated"

EVENT_TYPES: tuple[EventType, ...] = (EventType(RATED, N_("评价服务")),)
FIELD_LABELS: dict[str, str] = {}
