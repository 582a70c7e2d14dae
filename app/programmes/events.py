"""The catalogue's event types and the names of its fields."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

PUBLISHED = "programme.published"
ROUND_SET = "programme.round_set"
ROUND_ADDED = "programme.round_added"
SETTING_SET = "programme.setting_set"

EVENT_TYPES: tuple[EventType, ...] = (
    EventType(PUBLISHED, N_("发布培育通道版本")),
    EventType(ROUND_SET, N_("设定批次截止日")),
    EventType(ROUND_ADDED, N_("新增批次")),
    EventType(SETTING_SET, N_("设定培育通道参数")),
)

FIELD_LABELS = {
    "programme.version": N_("版本"),
    "programme.bureau_cutoff_on": N_("市局截止日"),
    "programme.province_cutoff_on": N_("省厅截止日"),
    "programme.setting": N_("市局设定"),
}

WORDS = EventWords(EVENT_TYPES, FIELD_LABELS)
