"""What the journal tells about hand-overs: who handed what over, how many records, chosen how. None of it is fed to anyone."""

from app.exchange.handovers.models import Handover
from app.exchange.partners.models import Partner
from app.journal.domain import EventType, EventWords, SubjectKey
from app.kit.i18n import N_

EVENT_TYPES = (
    PREPARED := EventType("handover.prepared", N_("生成报送批次")),
    RELEASED := EventType("handover.released", N_("报送批次")),
    CANCELLED := EventType("handover.cancelled", N_("撤销报送")),
    RETRIED := EventType("handover.retried", N_("重新报送")),
    REJECTED := EventType("handover.rejected", N_("对方退回记录")),
    ACKNOWLEDGED := EventType("handover.acknowledged", N_("批次收齐回执")),
    RECONCILED := EventType("handover.reconciled", N_("批次对账一致")),
)


def subject_of(handover: Handover, partner: Partner) -> SubjectKey:
    """The batch in the journal, in the region of its partner."""
    return SubjectKey("handover", handover.number, f"{handover.number} {partner.name}", None, partner.region_prefix)


WORDS = EventWords(EVENT_TYPES)
