"""The event types of casework and the names of the fields they change."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

EVENT_TYPES = (
    OPENED := EventType("case.opened", N_("立案")),
    ASSIGNED := EventType("case.assigned", N_("指定经办人")),
    ROUND_SET := EventType("case.round_set", N_("调整批次")),
    MOVED := EventType("case.moved", N_("推进阶段")),
    TAKEN_BACK := EventType("case.taken_back", N_("撤回步骤")),
    VERSION_CHANGED := EventType("case.version_changed", N_("换用通道新版本")),
    APPROVED := EventType("case.approved", N_("审签")),
    APPROVAL_WITHDRAWN := EventType("case.approval_withdrawn", N_("撤回审签")),
    MILESTONE_DONE := EventType("case.milestone_done", N_("完成节点")),
    MILESTONE_REOPENED := EventType("case.milestone_reopened", N_("重开节点")),
    MILESTONE_RESCHEDULED := EventType("case.milestone_rescheduled", N_("调整节点期限")),
    MILESTONES_DATED := EventType("case.milestones_dated", N_("按批次截止日排定节点")),
    RIGHTS_CHOSEN := EventType("case.rights_chosen", N_("选用Ⅱ类知识产权")),
    CROSSED := EventType("case.crossed", N_("办件随企业合并转移")),
    QUERY_CODE_RENEWED := EventType("case.query_code_renewed", N_("更换查询码")),
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
