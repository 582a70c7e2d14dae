"""What the journal says about merges: of both firms, and of each record that partners know and that crossed over."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

EVENT_TYPES = (
    MERGED := EventType("enterprise.merged", N_("合并企业：并入另一条记录")),
    MERGED_AWAY := EventType("enterprise.merged_away", N_("并入另一家企业")),
    UNMERGED := EventType("enterprise.unmerged", N_("撤销合并")),
    RETURNED := EventType("enterprise.returned_from_merge", N_("撤销合并，恢复为独立企业")),
    FIGURES_CROSSED := EventType("enterprise.figures_crossed", N_("年度数据随合并转移")),
    PROPERTY_CROSSED := EventType("enterprise.property_crossed", N_("知识产权随合并转移")),
)

WORDS = EventWords(EVENT_TYPES)
