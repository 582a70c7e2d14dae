"""What the journal says about the code tables."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

PUBLISHED = "reference.published"
DAY_SET = "calendar.day_set"
DAY_CLEARED = "calendar.day_cleared"

EVENT_TYPES: tuple[EventType, ...] = (
    EventType(PUBLISHED, N_("更新代码表")),
    EventType(DAY_SET, N_("调整工作日历")),
    EventType(DAY_CLEARED, N_("撤销日历调整")),
)
FIELD_LABELS = {"calendar.kind": N_("这一天")}
VALUE_LABELS = {"calendar.kind": {"working": N_("工作日"), "free": N_("休息日")}}

WORDS = EventWords(EVENT_TYPES, FIELD_LABELS, VALUE_LABELS)
