"""What the journal says about hand-overs as files: who took which, how many records; whose answer was registered."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

WORKBOOK_TAKEN = "handover.workbook_taken"
COVER_TAKEN = "handover.cover_taken"
ANSWER_RECEIVED = "handover.answer_received"
ANSWER_READ = "handover.answer_read"

EVENT_TYPES = (
    EventType(WORKBOOK_TAKEN, N_("下载报送工作簿")),
    EventType(COVER_TAKEN, N_("下载报送清单")),
    EventType(ANSWER_RECEIVED, N_("收到回执文件")),
    EventType(ANSWER_READ, N_("登记回执文件")),
)

WORDS = EventWords(EVENT_TYPES)
