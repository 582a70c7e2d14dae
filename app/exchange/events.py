"""What the journal says about the exchange; none of it is fed to anyone."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

EVENT_TYPES = (
    TOKEN_ISSUED := EventType("client.token", N_("接口客户端取得令牌")),
    SNAPSHOT_SENT := EventType("export.sent", N_("导出全量快照")),
    SNAPSHOT_BROKEN_OFF := EventType("export.broken_off", N_("全量快照中途断开")),
)

WORDS = EventWords(EVENT_TYPES)
