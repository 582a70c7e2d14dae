"""What the journal says about experts and their agreements."""

from app.commissioners.domain import DEGREE_LABELS, END_REASON_LABELS, MODE_LABELS
from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

EVENT_TYPES = (
    CREATED := EventType("commissioner.created", N_("登记专家")),
    CHANGED := EventType("commissioner.changed", N_("修改专家信息")),
    RETIRED := EventType("commissioner.retired", N_("停用专家")),
    REMOVED := EventType("commissioner.removed", N_("撤销导入，移除专家")),
    REINSTATED := EventType("commissioner.reinstated", N_("恢复专家")),
    AGREEMENT_SIGNED := EventType("commissioner.agreement_signed", N_("登记服务协议")),
    AGREEMENT_CHANGED := EventType("commissioner.agreement_changed", N_("修改服务协议")),
    AGREEMENT_REMOVED := EventType("commissioner.agreement_removed", N_("撤销导入，移除服务协议")),
    AGREEMENT_CROSSED := EventType("commissioner.agreement_crossed", N_("服务协议随企业合并转移")),
    AGREEMENT_ENDED := EventType("commissioner.agreement_ended", N_("提前终止服务协议")),
)

FIELD_LABELS: dict[str, str] = {
    "commissioner.name": N_("姓名"),
    "commissioner.unit": N_("工作单位"),
    "commissioner.title": N_("职称"),
    "commissioner.degree": N_("学历学位"),
    "commissioner.field_code": N_("技术领域"),
    "commissioner.speciality": N_("专业专长"),
    "commissioner.phone": N_("联系电话"),
    "commissioner.note": N_("备注"),
    "commissioner.disabled_on": N_("停用日期"),
    "commissioner.programme": N_("专项"),
    "commissioner.number": N_("协议编号"),
    "commissioner.starts_on": N_("起始日期"),
    "commissioner.ends_on": N_("终止日期"),
    "commissioner.aim": N_("服务目标"),
    "commissioner.mode": N_("服务方式"),
    "commissioner.amount_fen": N_("协议金额"),
    "commissioner.ended_on": N_("提前终止日"),
    "commissioner.end_reason": N_("终止原因"),
    "commissioner.end_note": N_("终止说明"),
}

VALUE_LABELS: dict[str, dict[str, str]] = {
    "commissioner.degree": {code.value: label for code, label in DEGREE_LABELS.items()},
    "commissioner.mode": {code.value: label for code, label in MODE_LABELS.items()},
    "commissioner.end_reason": {code.value: label for code, label in END_REASON_LABELS.items()},
}

FIELD_VOCABULARIES: dict[str, str] = {"commissioner.field_code": "field"}

WORDS = EventWords(EVENT_TYPES, FIELD_LABELS, VALUE_LABELS, FIELD_VOCABULARIES)
