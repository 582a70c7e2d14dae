"""What the journal says about complete lists."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

EVENT_TYPES = (
    STATED := EventType("complete_list.stated", N_("说明名单完整")),
    WITHDRAWN := EventType("complete_list.withdrawn", N_("撤回名单完整的说明")),
)

WORDS = EventWords(EVENT_TYPES, {"complete_list.statement": N_("说明")})
