"""What the journal tells about background work: only what a person did to it."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

EVENT_TYPES = (
    CANCELLED := EventType("job.cancelled", N_("停止任务")),
    RETRIED := EventType("job.retried", N_("重试任务")),
)

WORDS = EventWords(EVENT_TYPES)
