"""What the journal tells about supervision and ratings; they are events of their case."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

EVENT_TYPES = (
    RATED := EventType("case.service_rated", N_("评价服务")),
    MEASURED := EventType("case.rating_measured", N_("登记差评整改")),
    SUPERVISED := EventType("case.supervised", N_("督办")),
    SUPERVISED_AGAIN := EventType("case.supervised_again", N_("再次督办")),
    SUPERVISION_ANSWERED := EventType("case.supervision_answered", N_("答复督办")),
    SUPERVISION_CLOSED := EventType("case.supervision_closed", N_("办结督办")),
)

FIELD_LABELS: dict[str, str] = {"case.supervision_due_on": N_("督办期限")}

WORDS = EventWords(EVENT_TYPES, FIELD_LABELS)
