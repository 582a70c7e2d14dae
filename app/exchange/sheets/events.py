"""What the journal says about hand-overs as files: who took which, how many records; whose answer was registered."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

EVENT_TYPES = (
    WORKBOOK_TAKEN := EventType("handover.workbook_taken", N_("下载报送工作簿")),
    COVER_TAKEN := EventType("handover.cover_taken", N_("下载报送清单")),
    ANSWER_RECEIVED := EventType("handover.answer_received", N_("收到回执文件")),
    ANSWER_READ := EventType("handover.answer_read", N_("登记回执文件")),
)

WORDS = EventWords(EVENT_TYPES)
