"""What the journal tells about sweeps; they change nothing about firms."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

EVENT_TYPES = (
    STARTED := EventType("sweep.started", N_("开始政策摸底")),
    FINISHED := EventType("sweep.finished", N_("完成政策摸底")),
)

WORDS = EventWords(EVENT_TYPES)
