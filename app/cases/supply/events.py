"""What the journal tells about what is supplied to a case. Drafts of a form are not on record until they are handed in."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

MATERIAL_SUPPLIED = "case.material_supplied"
MATERIAL_REMOVED = "case.material_removed"
MATERIAL_ACCEPTED = "case.material_accepted"
MATERIAL_RETURNED = "case.material_returned"
ANSWERS_HANDED_IN = "case.answers_handed_in"
ANSWERS_RENEWED = "case.answers_renewed"
CORRECTIONS_ASKED = "case.corrections_asked"
CORRECTION_ANSWERED = "case.correction_answered"
CORRECTION_SETTLED = "case.correction_settled"
CORRECTION_ASKED_AGAIN = "case.correction_asked_again"

EVENT_TYPES = (
    EventType(MATERIAL_SUPPLIED, N_("提供材料")),
    EventType(MATERIAL_REMOVED, N_("撤回材料")),
    EventType(MATERIAL_ACCEPTED, N_("材料审核通过")),
    EventType(MATERIAL_RETURNED, N_("退回材料")),
    EventType(ANSWERS_HANDED_IN, N_("提交填报内容")),
    EventType(ANSWERS_RENEWED, N_("沿用上次填报内容")),
    EventType(CORRECTIONS_ASKED, N_("要求补正")),
    EventType(CORRECTION_ANSWERED, N_("答复补正事项")),
    EventType(CORRECTION_SETTLED, N_("补正事项通过")),
    EventType(CORRECTION_ASKED_AGAIN, N_("补正事项再次退回")),
)

WORDS = EventWords(EVENT_TYPES)
