"""What the journal tells about requests, visits and rounds. What concerns one firm is an event of that firm."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

ASKED = "enterprise.asked"
REQUEST_SETTLED = "enterprise.request_settled"
REQUEST_WITHDRAWN = "enterprise.request_withdrawn"
CONTACTED = "enterprise.contacted"
ROUND_PLANNED = "visit_round.planned"
STOP_MOVED = "visit_round.stop_moved"
STOP_SKIPPED = "visit_round.stop_skipped"
ROUND_CLOSED = "visit_round.closed"
PERIOD_SET = "engagement.period_set"

EVENT_TYPES: tuple[EventType, ...] = (
    EventType(ASKED, N_("向企业提出请求")),
    EventType(REQUEST_SETTLED, N_("请求已了结")),
    EventType(REQUEST_WITHDRAWN, N_("撤回请求")),
    EventType(CONTACTED, N_("联系企业")),
    EventType(ROUND_PLANNED, N_("安排走访")),
    EventType(STOP_MOVED, N_("调整走访次序")),
    EventType(STOP_SKIPPED, N_("跳过走访")),
    EventType(ROUND_CLOSED, N_("结束走访")),
    EventType(PERIOD_SET, N_("设定重复索要期限")),
)
FIELD_LABELS: dict[str, str] = {
    "request_period.months": N_("重复索要期限（月）"),
    "visit_round.day": N_("走访日期"),
}

WORDS = EventWords(EVENT_TYPES, FIELD_LABELS)
