"""The events of notices: what people set and order. A notice itself is told by what it tells of."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

MESSAGE_SENT = "notices.message_sent"
RETRIED = "notices.retried"
SETTINGS_CHANGED = "notices.settings_changed"
FEED_RENEWED = "notices.feed_renewed"

EVENT_TYPES = (
    EventType(MESSAGE_SENT, N_("向企业发送通知")),
    EventType(RETRIED, N_("重新发送通知")),
    EventType(SETTINGS_CHANGED, N_("修改通知设置")),
    EventType(FEED_RENEWED, N_("更换日历订阅地址")),
)
FIELD_LABELS = {"notices.email": N_("电子邮件")}

WORDS = EventWords(EVENT_TYPES, FIELD_LABELS)
