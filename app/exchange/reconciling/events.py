"""What the journal says about reconciliations."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

STARTED = "reconciliation.started"
FINISHED = "reconciliation.finished"
QUEUED = "reconciliation.queued"

EVENT_TYPES = (
    EventType(STARTED, N_("开始对账")),
    EventType(FINISHED, N_("对账完成")),
    EventType(QUEUED, N_("对账差异转入报送")),
)

WORDS = EventWords(EVENT_TYPES)
