"""What the journal tells about requests, visits and rounds. What concerns one firm is an event of that firm."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

EVENT_TYPES = (
    ASKED := EventType("enterprise.asked", N_("向企业提出请求")),
    REQUEST_SETTLED := EventType("enterprise.request_settled", N_("请求已了结")),
    REQUEST_WITHDRAWN := EventType("enterprise.request_withdrawn", N_("撤回请求")),
    CONTACTED := EventType("enterprise.contacted", N_("联系企业")),
    ROUND_PLANNED := EventType("visit_round.planned", N_("安排走访")),
    STOP_MOVED := EventType("visit_round.stop_moved", N_("调整走访次序")),
    STOP_SKIPPED := EventType("visit_round.stop_skipped", N_("跳过走访")),
    ROUND_CLOSED := EventType("visit_round.closed", N_("结束走访")),
    PERIOD_SET := EventType("engagement.period_set", N_("设定重复索要期限")),
)

FIELD_LABELS: dict[str, str] = {
    "request_period.months": N_("重复索要期限（月）"),
    "visit_round.day": N_("走访日期"),
}

WORDS = EventWords(EVENT_TYPES, FIELD_LABELS)
