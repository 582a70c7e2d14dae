"""What the journal tells about supervision and ratings; they are events of their case."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

RATED = "case.service_rated"
MEASURED = "case.rating_measured"
SUPERVISED = "case.supervised"
SUPERVISED_AGAIN = "case.supervised_again"
SUPERVISION_ANSWERED = "case.supervision_answered"
SUPERVISION_CLOSED = "case.supervision_closed"

EVENT_TYPES: tuple[EventType, ...] = (
    EventType(RATED, N_("评价服务")),
    EventType(MEASURED, N_("登记差评整改")),
    EventType(SUPERVISED, N_("督办")),
    EventType(SUPERVISED_AGAIN, N_("再次督办")),
    EventType(SUPERVISION_ANSWERED, N_("答复督办")),
    EventType(SUPERVISION_CLOSED, N_("办结督办")),
)
FIELD_LABELS: dict[str, str] = {"case.supervision_due_on": N_("督办期限")}

WORDS = EventWords(EVENT_TYPES, FIELD_LABELS)
