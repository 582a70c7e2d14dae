"""The event types of casework and the names of the fields they change."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

OPENED = "case.opened"
ASSIGNED = "case.assigned"
ROUND_SET = "case.round_set"
MOVED = "case.moved"
TAKEN_BACK = "case.taken_back"
VERSION_CHANGED = "case.version_changed"
APPROVED = "case.approved"
APPROVAL_WITHDRAWN = "case.approval_withdrawn"
MILESTONE_DONE = "case.milestone_done"
MILESTONE_REOPENED = "case.milestone_reopened"
MILESTONE_RESCHEDULED = "case.milestone_rescheduled"
MILESTONES_DATED = "case.milestones_dated"
RIGHTS_CHOSEN = "case.rights_chosen"
QUERY_CODE_RENEWED = "case.query_code_renewed"

EVENT_TYPES: tuple[EventType, ...] = (
    EventType(OPENED, N_("立案")),
    EventType(ASSIGNED, N_("指定经办人")),
    EventType(ROUND_SET, N_("调整批次")),
    EventType(MOVED, N_("推进阶段")),
    EventType(TAKEN_BACK, N_("撤回步骤")),
    EventType(VERSION_CHANGED, N_("换用通道新版本")),
    EventType(APPROVED, N_("审签")),
    EventType(APPROVAL_WITHDRAWN, N_("撤回审签")),
    EventType(MILESTONE_DONE, N_("完成节点")),
    EventType(MILESTONE_REOPENED, N_("重开节点")),
    EventType(MILESTONE_RESCHEDULED, N_("调整节点期限")),
    EventType(MILESTONES_DATED, N_("按批次截止日排定节点")),
    EventType(RIGHTS_CHOSEN, N_("选用Ⅱ类知识产权")),
    EventType(QUERY_CODE_RENEWED, N_("更换查询码")),
)

FIELD_LABELS = {
    "case.number": N_("受理编号"),
    "case.programme": N_("培育通道"),
    "case.year": N_("年度"),
    "case.round": N_("批次"),
    "case.officer": N_("经办人"),
    "case.stage": N_("阶段"),
    "case.programme_version": N_("流程版本"),
    "case.state": N_("办理状态"),
    "case.submitted_on": N_("申报日期"),
    "case.closed_on": N_("办结日期"),
    "case.due_on": N_("期限"),
    "case.done_on": N_("完成日期"),
    "case.rights": N_("Ⅱ类知识产权"),
}

WORDS = EventWords(EVENT_TYPES, FIELD_LABELS)
