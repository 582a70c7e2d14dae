"""What the journal tells about imports as such; what they do to firms are events of the firms."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

EVENT_TYPES = (
    UPLOADED := EventType("import.uploaded", N_("上传名单")),
    STARTED := EventType("import.started", N_("开始导入")),
    FINISHED := EventType("import.finished", N_("完成导入")),
    ABANDONED := EventType("import.abandoned", N_("放弃导入")),
    UNDO_STARTED := EventType("import.undo_started", N_("开始撤销导入")),
    UNDO_FINISHED := EventType("import.undone", N_("完成撤销导入")),
    SAID := EventType("import.said_beforehand", N_("说明待定的行怎样处理")),
    REMEMBERED := EventType("import.mapping_remembered", N_("记住列的对应")),
    FORGOTTEN := EventType("import.mapping_forgotten", N_("删除记住的列对应")),
    REFUSED := EventType("import.row_refused", N_("决定不导入一行")),
    FIRM_CHOSEN := EventType("import.firm_chosen", N_("为名单一行选定企业")),
    NAME_KEPT := EventType("enterprise.known_name_kept", N_("记住名单上的另一种写法")),
    NAME_FORGOTTEN := EventType("enterprise.known_name_forgotten", N_("不再按另一种写法认企业")),
    KEPT := EventType("import.difference_kept", N_("差异保留本库内容")),
    UNDONE := EventType("import.decision_undone", N_("撤销对名单一行的决定")),
    TAKEN := EventType("enterprise.difference_taken", N_("差异采用名单内容")),
    GIVEN_BACK := EventType("enterprise.difference_undone", N_("撤销采用，恢复本库内容")),
)

WORDS = EventWords(EVENT_TYPES)
