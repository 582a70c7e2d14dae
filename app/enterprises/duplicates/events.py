"""What the journal says about duplicates: what was decided about two firms, and that a register was looked through."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

EVENT_TYPES = (
    DECIDED := EventType("enterprise.duplicate_decided", N_("判断疑似重复")),
    REOPENED := EventType("enterprise.duplicate_reopened", N_("撤销对疑似重复的判断")),
    SWEPT := EventType("duplicates.swept", N_("完成查重")),
)

WORDS = EventWords(
    EVENT_TYPES,
    {"decision": N_("判断")},
    {"decision": {"same": N_("同一家企业"), "related": N_("有关联"), "different": N_("不是同一家")}},
)
