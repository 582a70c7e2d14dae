"""What the journal tells about sweeps; they change nothing about firms."""

from app.journal.domain import EventType
from app.kit.i18n import N_

FINISHED = "sweep.finished"

EVENT_TYPES = (EventType(FINISHED, N_("完成政策摸底")),)
