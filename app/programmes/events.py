"""The catalogue's event types and the names of its fields."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

EVENT_TYPES = (
    PUBLISHED := EventType("programme.published", N_("发布培育通道版本")),
    ROUND_SET := EventType("programme.round_set", N_("设定批次截止日")),
    ROUND_ADDED := EventType("programme.round_added", N_("新增批次")),
    SETTING_SET := EventType("programme.setting_set", N_("设定培育通道参数")),
)

FIELD_LABELS = {
    "programme.version": N_("版本"),
    "programme.bureau_cutoff_on": N_("市局截止日"),
    "programme.province_cutoff_on": N_("省厅截止日"),
    "programme.setting": N_("市局设定"),
}

WORDS = EventWords(EVENT_TYPES, FIELD_LABELS)
