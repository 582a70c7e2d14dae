"""What the journal says about lists that left the house as files; never fed to anyone."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

EVENT_TYPES = (
    LIST_EXPORTED := EventType("export.list", N_("导出列表")),
    LIST_BROKEN_OFF := EventType("export.list_broken_off", N_("导出列表中途断开")),
)

WORDS = EventWords(EVENT_TYPES)
