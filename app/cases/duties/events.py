"""The event types of duties; they are events of their case."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

DRAFTED = "case.duty_drafted"
DONE = "case.duty_done"
WAIVED = "case.duty_waived"
DATED = "case.duty_dated"
REPORTED = "case.duty_reported"
CERTIFICATE_REVOKED = "case.certificate_revoked"

EVENT_TYPES: tuple[EventType, ...] = (
    EventType(DRAFTED, N_("保存后续事项草稿")),
    EventType(DONE, N_("完成后续事项")),
    EventType(WAIVED, N_("免除后续事项")),
    EventType(DATED, N_("设定后续事项期限")),
    EventType(REPORTED, N_("报告变更事项")),
    EventType(CERTIFICATE_REVOKED, N_("撤销证书")),
)

FIELD_LABELS = {
    "case.duty_done_on": N_("完成日期"),
    "case.duty_waived_on": N_("免除日期"),
    "case.duty_due_on": N_("期限"),
    "case.revoked_on": N_("撤销日期"),
}

WORDS = EventWords(EVENT_TYPES, FIELD_LABELS)
