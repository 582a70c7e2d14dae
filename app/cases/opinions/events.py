"""The event types of departmental opinions; all of them lie on the case."""

from app.cases.opinions.domain import OUTCOME_LABELS
from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

EVENT_TYPES = (
    ASKED := EventType("case.opinion_asked", N_("征询部门意见")),
    REMINDED := EventType("case.opinion_reminded", N_("催办部门意见")),
    WITHDRAWN := EventType("case.opinion_withdrawn", N_("撤回征询")),
    ANSWERED := EventType("case.opinion_answered", N_("部门答复意见")),
)

FIELD_LABELS = {"case.opinion": N_("部门意见")}
VALUE_LABELS = {"case.opinion": {str(outcome): label for outcome, label in OUTCOME_LABELS.items()}}

WORDS = EventWords(EVENT_TYPES, FIELD_LABELS, VALUE_LABELS)
