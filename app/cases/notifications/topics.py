"""The topics of casework, each declared once: its group, for whom, how it reads there, where it leads."""

from app.cases import events
from app.cases.opinions import events as opinion_events
from app.cases.oversight import events as oversight_events
from app.cases.supply import events as supply_events
from app.engagement import events as engagement_events
from app.kit.i18n import N_
from app.notices.domain.topics import Audience, Text, Topic, TopicGroup
from app.policies import events as policy_events

CASE = "/cases/%(number)s"
OWN_CASE = "/portal/cases/%(number)s"

STEP = Topic(
    code="case-step",
    label=N_("办理进展"),
    group=TopicGroup.PROGRESS,
    events=(events.MOVED,),
    texts={
        Audience.FIRM: Text(
            N_("您的“%(programme)s”有新进展：%(public)s"),
            N_("受理编号 %(number)s。当前状态：%(public)s。\n%(reason)s"),
            OWN_CASE,
        ),
        Audience.OFFICER: Text(
            N_("%(firm)s 进入“%(stage)s”"),
            N_("%(programme)s，受理编号 %(number)s。%(by)s 办理“%(action)s”。\n%(reason)s"),
            CASE,
        ),
    },
)
TAKEN_BACK = Topic(
    code="case-step-taken-back",
    label=N_("撤回步骤"),
    group=TopicGroup.PROGRESS,
    events=(events.TAKEN_BACK,),
    texts={
        Audience.FIRM: Text(
            N_("更正：您的“%(programme)s”回到“%(public)s”"),
            N_("受理编号 %(number)s。此前关于“%(action)s”的通知不再有效，请以当前状态“%(public)s”为准。"),
            OWN_CASE,
        ),
        Audience.OFFICER: Text(
            N_("更正：%(firm)s 回到“%(stage)s”"),
            N_("受理编号 %(number)s。%(by)s 撤回了“%(action)s”，此前的通知不再有效。原因：%(reason)s"),
            CASE,
        ),
    },
)
SENT_BACK = Topic(
    code="case-sent-back",
    label=N_("退回补正"),
    group=TopicGroup.ASKED,
    events=(events.MOVED, supply_events.CORRECTIONS_ASKED, supply_events.CORRECTION_ASKED_AGAIN),
    texts={
        Audience.FIRM: Text(
            N_("您的“%(programme)s”需要补正"),
            N_("受理编号 %(number)s。请逐项补正：\n%(items)s\n期限：%(due_on)s"),
            OWN_CASE,
        ),
    },
)
CORRECTION_ANSWERED = Topic(
    code="correction-answered",
    label=N_("企业答复补正"),
    group=TopicGroup.ASKED,
    events=(supply_events.CORRECTION_ANSWERED,),
    texts={Audience.OFFICER: Text(N_("%(firm)s 答复了补正事项"), N_("受理编号 %(number)s。%(note)s"), CASE)},
)
MATERIAL_RETURNED = Topic(
    code="material-returned",
    label=N_("退回材料"),
    group=TopicGroup.ASKED,
    events=(supply_events.MATERIAL_RETURNED,),
    texts={Audience.FIRM: Text(N_("有材料被退回，请更换后重新提供"), N_("受理编号 %(number)s。%(note)s"), OWN_CASE)},
)
APPROVAL_WANTED = Topic(
    code="approval-wanted",
    label=N_("待审签"),
    group=TopicGroup.ASKED,
    events=(events.MOVED, events.APPROVAL_WITHDRAWN),
    texts={
        Audience.OFFICER: Text(
            N_("请审签：%(firm)s “%(action)s”"),
            N_("%(programme)s，受理编号 %(number)s，当前阶段“%(stage)s”。"),
            CASE,
        ),
    },
)
APPROVED = Topic(
    code="approval-given",
    label=N_("已审签"),
    group=TopicGroup.PROGRESS,
    events=(events.APPROVED,),
    texts={Audience.OFFICER: Text(N_("%(firm)s 已由 %(by)s 审签"), N_("受理编号 %(number)s。%(note)s"), CASE)},
)
ASSIGNED = Topic(
    code="case-assigned",
    label=N_("交办与移交"),
    group=TopicGroup.OVERSIGHT,
    events=(events.ASSIGNED,),
    texts={
        Audience.OFFICER: Text(
            N_("%(firm)s 的件交由您经办"),
            N_("%(programme)s，受理编号 %(number)s，当前阶段“%(stage)s”。原经办人：%(before)s。"),
            CASE,
        ),
    },
)
OPINION_ASKED = Topic(
    code="opinion-asked",
    label=N_("征询部门意见"),
    group=TopicGroup.ASKED,
    events=(opinion_events.ASKED, opinion_events.REMINDED),
    texts={
        Audience.DEPARTMENT: Text(
            N_("请就“%(firm)s”出具意见"),
            N_("%(question)s\n答复期限：%(due_on)s%(reminded)s"),
            "/department/%(opinion)s",
        ),
    },
)
OPINION_ANSWERED = Topic(
    code="opinion-answered",
    label=N_("部门答复意见"),
    group=TopicGroup.ASKED,
    events=(opinion_events.ANSWERED,),
    texts={
        Audience.OFFICER: Text(N_("%(department)s 就 %(firm)s 答复了意见"), N_("受理编号 %(number)s。%(note)s"), CASE)
    },
)
OPINION_OVERDUE = Topic(
    code="opinion-overdue",
    label=N_("部门意见逾期"),
    group=TopicGroup.DEADLINES,
    texts={
        Audience.OFFICER: Text(
            N_("%(department)s 的意见已逾期：%(firm)s"),
            N_("受理编号 %(number)s。答复期限 %(due_on)s 已过，请催办。"),
            CASE,
        ),
        Audience.DEPARTMENT: Text(
            N_("关于“%(firm)s”的意见已过答复期限"), N_("答复期限 %(due_on)s。%(question)s"), "/department/%(opinion)s"
        ),
    },
)
SUPERVISION_ASKED = Topic(
    code="supervision-asked",
    label=N_("督办"),
    group=TopicGroup.OVERSIGHT,
    events=(oversight_events.SUPERVISED, oversight_events.SUPERVISED_AGAIN),
    texts={
        Audience.OFFICER: Text(
            N_("督办：%(firm)s，请于 %(due_on)s 前答复"), N_("受理编号 %(number)s。%(by)s：%(note)s"), CASE
        ),
    },
)
SUPERVISION_ANSWERED = Topic(
    code="supervision-answered",
    label=N_("督办答复"),
    group=TopicGroup.OVERSIGHT,
    events=(oversight_events.SUPERVISION_ANSWERED,),
    texts={
        Audience.OFFICER: Text(N_("督办已答复：%(firm)s"), N_("受理编号 %(number)s。%(by)s：%(note)s"), CASE),
    },
)
VERDICT_OVERRIDDEN = Topic(
    code="verdict-overridden",
    label=N_("对判定另作决定"),
    group=TopicGroup.OVERSIGHT,
    events=(policy_events.OVERRIDDEN,),
    texts={
        Audience.OFFICER: Text(N_("%(firm)s 的判定被另作决定"), N_("受理编号 %(number)s。%(by)s：%(reason)s"), CASE),
    },
)
RATED_BADLY = Topic(
    code="rated-badly",
    label=N_("差评"),
    group=TopicGroup.OVERSIGHT,
    events=(oversight_events.RATED,),
    texts={
        Audience.OFFICER: Text(
            N_("差评：%(firm)s 评价“%(grade)s”"), N_("受理编号 %(number)s。请了解情况并记录整改。%(remark)s"), CASE
        ),
    },
)
MILESTONE_NEAR = Topic(
    code="milestone-near",
    label=N_("节点临近"),
    group=TopicGroup.DEADLINES,
    texts={
        Audience.OFFICER: Text(
            N_("%(due_on)s 到期：%(firm)s “%(title)s”"), N_("%(programme)s，受理编号 %(number)s。"), CASE
        ),
        Audience.FIRM: Text(
            N_("%(due_on)s 到期：%(title)s"), N_("您的“%(programme)s”，受理编号 %(number)s。"), OWN_CASE
        ),
    },
)
CORRECTION_NEAR = Topic(
    code="correction-near",
    label=N_("补正期限临近"),
    group=TopicGroup.DEADLINES,
    texts={
        Audience.FIRM: Text(
            N_("请在 %(due_on)s 前完成补正"), N_("您的“%(programme)s”，受理编号 %(number)s：%(remark)s"), OWN_CASE
        ),
        Audience.OFFICER: Text(N_("%(due_on)s 补正到期：%(firm)s"), N_("受理编号 %(number)s。%(remark)s"), CASE),
    },
)
CLOCK_RUNNING_OUT = Topic(
    code="clock-running-out",
    label=N_("办理时限将到"),
    group=TopicGroup.DEADLINES,
    texts={
        Audience.OFFICER: Text(
            N_("办理时限将到：%(firm)s “%(title)s”，%(due_on)s"), N_("%(programme)s，受理编号 %(number)s。"), CASE
        ),
    },
)
CLOCK_RUN_OUT = Topic(
    code="clock-run-out",
    label=N_("办理超时"),
    group=TopicGroup.DEADLINES,
    texts={
        Audience.OFFICER: Text(
            N_("办理超时：%(firm)s “%(title)s”"), N_("时限 %(due_on)s 已过。%(programme)s，受理编号 %(number)s。"), CASE
        ),
    },
)
DUTY_DUE = Topic(
    code="duty-due",
    label=N_("后续事项到期"),
    group=TopicGroup.DEADLINES,
    texts={
        Audience.FIRM: Text(
            N_("请在 %(due_on)s 前完成：%(title)s"), N_("您的“%(programme)s”，受理编号 %(number)s。"), OWN_CASE
        ),
        Audience.OFFICER: Text(
            N_("%(due_on)s 到期：%(firm)s “%(title)s”"), N_("%(programme)s，受理编号 %(number)s。"), CASE
        ),
    },
)
DUTY_MISSED = Topic(
    code="duty-missed",
    label=N_("后续事项逾期"),
    group=TopicGroup.DEADLINES,
    texts={
        Audience.FIRM: Text(
            N_("已逾期：%(title)s"),
            N_("期限 %(due_on)s 已过，请尽快完成。您的“%(programme)s”，受理编号 %(number)s。"),
            OWN_CASE,
        ),
        Audience.OFFICER: Text(
            N_("逾期：%(firm)s “%(title)s”"), N_("期限 %(due_on)s 已过。受理编号 %(number)s。"), CASE
        ),
    },
)
SUPERVISION_NEAR = Topic(
    code="supervision-near",
    label=N_("督办期限临近"),
    group=TopicGroup.DEADLINES,
    texts={
        Audience.OFFICER: Text(N_("%(due_on)s 前须答复督办：%(firm)s"), N_("受理编号 %(number)s。%(request)s"), CASE)
    },
)
CERTIFICATE_ENDING = Topic(
    code="certificate-ending",
    label=N_("证书将到期"),
    group=TopicGroup.DEADLINES,
    texts={
        Audience.FIRM: Text(
            N_("“%(title)s”将于 %(due_on)s 到期"),
            N_("证书编号 %(certificate)s。如需保持资格，请提前准备重新申报。"),
            "/portal",
        ),
        Audience.OFFICER: Text(
            N_("%(firm)s 的“%(title)s”将于 %(due_on)s 到期"),
            N_("证书编号 %(certificate)s。"),
            "/subjects/enterprise/%(uscc)s",
        ),
    },
)
REQUESTED = Topic(
    code="firm-request",
    label=N_("请企业提供"),
    group=TopicGroup.ASKED,
    events=(engagement_events.ASKED,),
    texts={
        Audience.FIRM: Text(
            N_("请提供：%(title)s"),
            N_("%(by)s 请贵企业提供“%(title)s”。期限：%(due_on)s。\n%(message)s"),
            "/portal/requests/%(request)s",
        ),
    },
)
REQUEST_NEAR = Topic(
    code="firm-request-near",
    label=N_("请求期限临近"),
    group=TopicGroup.DEADLINES,
    texts={Audience.FIRM: Text(N_("请在 %(due_on)s 前提供：%(title)s"), "%(message)s", "/portal/requests/%(request)s")},
)

TOPICS = (
    STEP,
    TAKEN_BACK,
    SENT_BACK,
    CORRECTION_ANSWERED,
    MATERIAL_RETURNED,
    APPROVAL_WANTED,
    APPROVED,
    ASSIGNED,
    OPINION_ASKED,
    OPINION_ANSWERED,
    OPINION_OVERDUE,
    SUPERVISION_ASKED,
    SUPERVISION_ANSWERED,
    VERDICT_OVERRIDDEN,
    RATED_BADLY,
    MILESTONE_NEAR,
    CORRECTION_NEAR,
    CLOCK_RUNNING_OUT,
    CLOCK_RUN_OUT,
    DUTY_DUE,
    DUTY_MISSED,
    SUPERVISION_NEAR,
    CERTIFICATE_ENDING,
    REQUESTED,
    REQUEST_NEAR,
)
