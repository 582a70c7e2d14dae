"""What the journal says about lists that left the house as files; never fed to anyone."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

LIST_EXPORTED = "export.list"
LIST_BROKEN_OFF = "export.list_broken_off"

EVENT_TYPES = (
    EventType(LIST_EXPORTED, N_("导出列表")),
    EventType(LIST_BROKEN_OFF, N_("导出列表中途断开")),
)

WORDS = EventWords(EVENT_TYPES)
