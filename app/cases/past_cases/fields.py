"""The fields of an application of an earlier year, each told once."""

from app.enterprises.part_headings import Headings, with_headings
from app.kit.fields import Ask, Field, FieldKind, FieldTable, FormGroup, Heading
from app.kit.i18n import N_

_MAIN = "main"
_ASKED = Ask(_MAIN)
#: The programmes of the catalogue, which are no vocabulary of the reference tables.
PROGRAMME = "programme"
RESULT = "past_case_result"

_HEADINGS: Headings = {
    "programme_code": (
        Heading(
            N_("申报通道"),
            "申报通道 | 培育通道 | 申报类型 | 申报类别 | 申报事项 | 申报项目 | 申报内容 | 申报名称 | 认定类型 | 认定类别 | 通道 | programme",
            required=True,
        ),
    ),
    "year": (Heading(N_("申报年度"), "申报年度 | 申报年份 | 年度 | 年份 | 申报时间 | year", required=True),),
    "round": (Heading(N_("申报批次"), "申报批次 | 认定批次 | 评审批次 | 批次"),),
    "number": (
        Heading(
            N_("申报编号"),
            "申报编号 | 受理编号 | 申请编号 | 受理号 | 申报号 | 项目编号 | 流水号 | application number",
        ),
    ),
    "result": (
        Heading(
            N_("申报结果"),
            "申报结果 | 认定结果 | 评审结果 | 审核结果 | 审批结果 | 办理结果 | 结果 | 是否通过 | 通过情况 | 是否认定 | 申报状态 | 申报进度"
            " | 申报情况 | 办理进度 | result",
        ),
    ),
    "stage": (Heading(N_("到达阶段"), "到达阶段 | 所处阶段 | 申报阶段 | 止步阶段 | 办理阶段 | 阶段 | stage"),),
    "decided_on": (
        Heading(
            N_("结果日期"),
            "结果日期 | 办结日期 | 办结时间 | 公示日期 | 结果公布日期 | 认定日期 | 认定时间 | 批准日期 | 评审日期 | 立项日期 | 撤回日期",
        ),
    ),
    "note": (Heading(N_("备注"), "备注 | 备注说明 | 说明 | note"),),
}

PAST_CASE = with_headings(
    FieldTable(
        "enterprise.past_case",
        (
            Field("programme_code", FieldKind.CODE, N_("培育通道"), length=48, vocabulary=PROGRAMME, required=True, ask=_ASKED, exchanged=True),
            Field("year", FieldKind.YEAR, N_("年度"), required=True, ask=_ASKED, exchanged=True),
            Field("round", FieldKind.TEXT, N_("批次"), length=40, ask=_ASKED, exchanged=True),
            Field("number", FieldKind.TEXT, N_("申报编号"), length=60, ask=_ASKED, exchanged=True),
            Field("result", FieldKind.CODE, N_("结果"), length=40, vocabulary=RESULT, ask=Ask(_MAIN, N_("不知道的留空")), exchanged=True),
            Field("stage", FieldKind.TEXT, N_("到达阶段"), length=80, ask=Ask(_MAIN, N_("如 专家评审；导入时为台账里的原话")), exchanged=True),
            Field("decided_on", FieldKind.DAY, N_("结果日期"), ask=_ASKED, exchanged=True),
            Field("note", FieldKind.LINES, N_("备注"), length=400, ask=Ask(_MAIN, wide=True)),
        ),
        (FormGroup(_MAIN, N_("历年申报"), note=N_("只作历史记录，不参与条件判定。")),),
    ),
    _HEADINGS,
)  # fmt: skip
