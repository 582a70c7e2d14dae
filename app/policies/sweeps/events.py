"""What the journal tells about sweeps; they change nothing about firms."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

STARTED = "sweep.started"
FINISHED = "sweep.finished"

EVENT_TYPES = (EventType(STARTED, N_("开始政策摸底")), EventType(FINISHED, N_("完成政策摸底")))

WORDS = EventWords(EVENT_TYPES)
