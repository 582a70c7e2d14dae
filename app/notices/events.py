"""The events of notices: what people set and order. A notice itself is told by what it tells of."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

EVENT_TYPES = (
    MESSAGE_SENT := EventType("notices.message_sent", N_("向企业发送通知")),
    RETRIED := EventType("notices.retried", N_("重新发送通知")),
    SETTINGS_CHANGED := EventType("notices.settings_changed", N_("修改通知设置")),
    FEED_RENEWED := EventType("notices.feed_renewed", N_("更换日历订阅地址")),
)

FIELD_LABELS = {"notices.email": N_("电子邮件")}

WORDS = EventWords(EVENT_TYPES, FIELD_LABELS)
