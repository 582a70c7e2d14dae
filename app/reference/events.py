"""What the journal says about the code tables."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

EVENT_TYPES = (
    PUBLISHED := EventType("reference.published", N_("更新代码表")),
    DAY_SET := EventType("calendar.day_set", N_("调整工作日历")),
    DAY_CLEARED := EventType("calendar.day_cleared", N_("撤销日历调整")),
)

FIELD_LABELS = {"calendar.kind": N_("这一天")}
VALUE_LABELS = {"calendar.kind": {"working": N_("工作日"), "free": N_("休息日")}}

WORDS = EventWords(EVENT_TYPES, FIELD_LABELS, VALUE_LABELS)
