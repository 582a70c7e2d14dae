"""What the journal tells about imports as such; what they do to firms are events of the firms."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

UPLOADED = "import.uploaded"
STARTED = "import.started"
FINISHED = "import.finished"
ABANDONED = "import.abandoned"
REFUSED = "import.row_refused"
KEPT = "import.difference_kept"
UNDONE = "import.decision_undone"
TAKEN = "enterprise.difference_taken"
GIVEN_BACK = "enterprise.difference_undone"

EVENT_TYPES = (
    EventType(UPLOADED, N_("上传名单")),
    EventType(STARTED, N_("开始导入")),
    EventType(FINISHED, N_("完成导入")),
    EventType(ABANDONED, N_("放弃导入")),
    EventType(REFUSED, N_("决定不导入一行")),
    EventType(KEPT, N_("差异保留本库内容")),
    EventType(UNDONE, N_("撤销对名单一行的决定")),
    EventType(TAKEN, N_("差异采用名单内容")),
    EventType(GIVEN_BACK, N_("撤销采用，恢复本库内容")),
)

WORDS = EventWords(EVENT_TYPES)
