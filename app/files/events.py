"""What the journal tells about stored documents."""

from app.journal.domain import EventType
from app.kit.i18n import N_

STORED = EventType("file.stored", N_("存入文件"))

EVENT_TYPES = (STORED,)
FIELD_LABELS: dict[str, str] = {}
