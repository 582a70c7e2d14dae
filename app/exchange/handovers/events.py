"""What the journal tells about hand-overs: who handed what over, how many records, chosen how. None of it is fed to anyone."""

from app.exchange.handovers.models import Handover
from app.exchange.partners.models import Partner
from app.journal.domain import EventType, EventWords, SubjectKey
from app.kit.i18n import N_

PREPARED = "handover.prepared"
RELEASED = "handover.released"
CANCELLED = "handover.cancelled"
RETRIED = "handover.retried"
REJECTED = "handover.rejected"
ACKNOWLEDGED = "handover.acknowledged"
RECONCILED = "handover.reconciled"

EVENT_TYPES = (
    EventType(PREPARED, N_("生成报送批次")),
    EventType(RELEASED, N_("报送批次")),
    EventType(CANCELLED, N_("撤销报送")),
    EventType(RETRIED, N_("重新报送")),
    EventType(REJECTED, N_("对方退回记录")),
    EventType(ACKNOWLEDGED, N_("批次收齐回执")),
    EventType(RECONCILED, N_("批次对账一致")),
)


def subject_of(handover: Handover, partner: Partner) -> SubjectKey:
    """The batch in the journal, in the region of its partner."""
    return SubjectKey("handover", handover.number, f"{handover.number} {partner.name}", None, partner.region_prefix)


WORDS = EventWords(EVENT_TYPES)
