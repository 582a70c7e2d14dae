"""What the journal tells about what is supplied to a case. What a draft says is not on record until it is handed in, only that there is one."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

EVENT_TYPES = (
    MATERIAL_SUPPLIED := EventType("case.material_supplied", N_("提供材料")),
    MATERIAL_REMOVED := EventType("case.material_removed", N_("撤回材料")),
    MATERIAL_ACCEPTED := EventType("case.material_accepted", N_("材料审核通过")),
    MATERIAL_RETURNED := EventType("case.material_returned", N_("退回材料")),
    ANSWERS_HANDED_IN := EventType("case.answers_handed_in", N_("提交填报内容")),
    ANSWERS_REOPENED := EventType("case.answers_reopened", N_("修改已提交的填报内容")),
    ANSWERS_RENEWED := EventType("case.answers_renewed", N_("沿用上次填报内容")),
    CORRECTIONS_ASKED := EventType("case.corrections_asked", N_("要求补正")),
    CORRECTION_ANSWERED := EventType("case.correction_answered", N_("答复补正事项")),
    CORRECTION_SETTLED := EventType("case.correction_settled", N_("补正事项通过")),
    CORRECTION_ASKED_AGAIN := EventType("case.correction_asked_again", N_("补正事项再次退回")),
)

WORDS = EventWords(EVENT_TYPES)
