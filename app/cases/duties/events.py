"""The event types of duties; they are events of their case."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

EVENT_TYPES = (
    DRAFTED := EventType("case.duty_drafted", N_("保存后续事项草稿")),
    DONE := EventType("case.duty_done", N_("完成后续事项")),
    WAIVED := EventType("case.duty_waived", N_("免除后续事项")),
    DATED := EventType("case.duty_dated", N_("设定后续事项期限")),
    REPORTED := EventType("case.duty_reported", N_("报告变更事项")),
    CERTIFICATE_REVOKED := EventType("case.certificate_revoked", N_("撤销证书")),
)

FIELD_LABELS = {
    "case.duty_done_on": N_("完成日期"),
    "case.duty_waived_on": N_("免除日期"),
    "case.duty_due_on": N_("期限"),
    "case.revoked_on": N_("撤销日期"),
}

WORDS = EventWords(EVENT_TYPES, FIELD_LABELS)
