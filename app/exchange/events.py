"""What the journal says about the exchange; none of it is fed to anyone."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

TOKEN_ISSUED = "client.token"  # noqa: S105 - the name of an event
SNAPSHOT_SENT = "export.sent"
SNAPSHOT_BROKEN_OFF = "export.broken_off"

EVENT_TYPES = (
    EventType(TOKEN_ISSUED, N_("接口客户端取得令牌")),
    EventType(SNAPSHOT_SENT, N_("导出全量快照")),
    EventType(SNAPSHOT_BROKEN_OFF, N_("全量快照中途断开")),
)

WORDS = EventWords(EVENT_TYPES)
