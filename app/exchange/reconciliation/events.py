"""What the journal says about reconciliations."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

EVENT_TYPES = (
    STARTED := EventType("reconciliation.started", N_("开始对账")),
    FINISHED := EventType("reconciliation.finished", N_("对账完成")),
    QUEUED := EventType("reconciliation.queued", N_("对账差异转入报送")),
)

WORDS = EventWords(EVENT_TYPES)
