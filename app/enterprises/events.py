"""What the journal says about a firm. Changes of its parts are events of the firm; field names carry the part."""

from app.journal.domain import EventType
from app.kit.i18n import N_

CREATED = "enterprise.created"
IMPORTED = "enterprise.imported"
CHANGED = "enterprise.changed"
CHANGED_BY_IMPORT = "enterprise.changed_by_import"
CODE_CONFIRMED = "enterprise.code_confirmed"
CODE_CHANGED = "enterprise.code_changed"
RETIRED = "enterprise.retired"
RESTORED = "enterprise.restored"
TAGS_CHANGED = "enterprise.tags_changed"

_PARTS = {
    "contact": (N_("登记联系人"), N_("修改联系人"), N_("移除联系人")),
    "figures": (N_("登记年度数据"), N_("修改年度数据"), N_("移除年度数据")),
    "property": (N_("登记知识产权"), N_("修改知识产权"), N_("移除知识产权")),
    "product": (N_("登记产品（服务）"), N_("修改产品（服务）"), N_("移除产品（服务）")),
    "conversion": (N_("登记成果转化"), N_("修改成果转化"), N_("移除成果转化")),
    "standard": (N_("登记标准"), N_("修改标准"), N_("移除标准")),
    "compliance": (N_("登记合规事件"), N_("修改合规事件"), N_("移除合规事件")),
    "certificate": (N_("登记证书"), N_("修改证书"), N_("移除证书")),
}

#: The notes of these parts name their record by codes: a year of figures by its basis and source.
_NOTE_TERMS = {"figures": ("figure_basis", "figure_source")}

EVENT_TYPES: tuple[EventType, ...] = (
    EventType(CREATED, N_("登记企业")),
    EventType(IMPORTED, N_("导入企业")),
    EventType(CHANGED, N_("修改企业信息")),
    EventType(CHANGED_BY_IMPORT, N_("导入更新企业信息")),
    EventType(CODE_CONFIRMED, N_("确认统一社会信用代码")),
    EventType(CODE_CHANGED, N_("变更统一社会信用代码")),
    EventType(RETIRED, N_("停用企业")),
    EventType(RESTORED, N_("恢复企业")),
    EventType(TAGS_CHANGED, N_("调整标签")),
    *(
        EventType(f"enterprise.{part}_{done}", label, _NOTE_TERMS.get(part, ()))
        for part, labels in _PARTS.items()
        for done, label in zip(("added", "changed", "removed"), labels, strict=True)
    ),
)

FIELD_LABELS: dict[str, str] = {
    "enterprise.uscc": N_("统一社会信用代码"),
    "enterprise.uscc_confirmed": N_("代码已确认"),
    "enterprise.uscc_note": N_("代码确认理由"),
    "enterprise.name": N_("企业名称"),
    "enterprise.registered_on": N_("注册日期"),
    "enterprise.kind": N_("企业类型"),
    "enterprise.capital_fen": N_("注册资本"),
    "enterprise.capital_currency": N_("币种"),
    "enterprise.capital_text": N_("注册资本原文"),
    "enterprise.capital_remark": N_("注册资本备注"),
    "enterprise.legal_representative": N_("法定代表人"),
    "enterprise.industry_code": N_("行业"),
    "enterprise.field_code": N_("技术领域"),
    "enterprise.field_detail": N_("技术领域（三级）"),
    "enterprise.region_code": N_("所在区域"),
    "enterprise.park_code": N_("园区"),
    "enterprise.address": N_("地址"),
    "enterprise.business_scope": N_("经营范围"),
    "enterprise.scale": N_("企业规模"),
    "enterprise.above_scale": N_("规上企业"),
    "enterprise.unread_cells": N_("未能识别的导入内容"),
    "enterprise.disabled_on": N_("停用日期"),
    "enterprise.disabled_reason": N_("停用原因"),
    "enterprise.tags": N_("标签"),
    "enterprise.contact.name": N_("姓名"),
    "enterprise.contact.title": N_("职务"),
    "enterprise.contact.phone": N_("电话"),
    "enterprise.contact.email": N_("电子邮箱"),
    "enterprise.contact.is_primary": N_("主要联系人"),
    "enterprise.contact.note": N_("备注"),
    "enterprise.figures.year": N_("年度"),
    "enterprise.figures.basis": N_("口径"),
    "enterprise.figures.source": N_("来源"),
    "enterprise.figures.note": N_("备注"),
    "enterprise.figures.sales_revenue_fen": N_("销售收入"),
    "enterprise.figures.total_income_fen": N_("总收入"),
    "enterprise.figures.high_tech_income_fen": N_("高新技术产品（服务）收入"),
    "enterprise.figures.net_assets_fen": N_("净资产"),
    "enterprise.figures.total_assets_fen": N_("总资产"),
    "enterprise.figures.rd_personnel_fen": N_("人员人工费用"),
    "enterprise.figures.rd_direct_fen": N_("直接投入费用"),
    "enterprise.figures.rd_depreciation_fen": N_("折旧费用与长期待摊费用"),
    "enterprise.figures.rd_amortisation_fen": N_("无形资产摊销费用"),
    "enterprise.figures.rd_design_fen": N_("设计费用"),
    "enterprise.figures.rd_equipment_fen": N_("装备调试费用与试验费用"),
    "enterprise.figures.rd_other_fen": N_("其他费用"),
    "enterprise.figures.rd_outsourced_domestic_fen": N_("委托外部研发（境内）"),
    "enterprise.figures.rd_outsourced_overseas_fen": N_("委托外部研发（境外）"),
    "enterprise.figures.staff_average_e4": N_("职工总数（月平均）"),
    "enterprise.figures.rd_staff_average_e4": N_("科技人员数（月平均）"),
    "enterprise.property.kind_code": N_("类别"),
    "enterprise.property.ip_class": N_("Ⅰ/Ⅱ类"),
    "enterprise.property.number": N_("专利号/登记号"),
    "enterprise.property.name": N_("名称"),
    "enterprise.property.acquired_by": N_("获得方式"),
    "enterprise.property.granted_on": N_("授权日期"),
    "enterprise.property.expires_on": N_("有效期至"),
    "enterprise.property.used_before": N_("本系统之前已用于高企认定的次数"),
    "enterprise.product.name": N_("名称"),
    "enterprise.product.year": N_("年度"),
    "enterprise.product.is_high_tech": N_("高新技术产品（服务）"),
    "enterprise.product.is_main": N_("主要产品（服务）"),
    "enterprise.product.revenue_fen": N_("当年收入"),
    "enterprise.product.field_code": N_("技术领域"),
    "enterprise.product.properties": N_("关联知识产权"),
    "enterprise.conversion.year": N_("年度"),
    "enterprise.conversion.title": N_("成果名称"),
    "enterprise.conversion.result_kind": N_("成果类型"),
    "enterprise.conversion.origin": N_("成果来源"),
    "enterprise.conversion.outcome": N_("转化结果"),
    "enterprise.conversion.form": N_("转化形式"),
    "enterprise.standard.year": N_("年度"),
    "enterprise.standard.title": N_("标准名称"),
    "enterprise.standard.number": N_("标准编号"),
    "enterprise.standard.level": N_("级别"),
    "enterprise.standard.role": N_("企业所起作用"),
    "enterprise.standard.recognised": N_("经国家有关部门认定认可"),
    "enterprise.standard.led": N_("主持或参与编制获认可"),  # until both were asked for apart; the journal keeps it
    "enterprise.compliance.happened_on": N_("发生日期"),
    "enterprise.compliance.kind": N_("类别"),
    "enterprise.compliance.severity": N_("程度"),
    "enterprise.compliance.summary": N_("情况说明"),
    "enterprise.compliance.source": N_("信息来源"),
    "enterprise.certificate.kind": N_("证书类别"),
    "enterprise.certificate.number": N_("证书编号"),
    "enterprise.certificate.issued_on": N_("发证日期"),
    "enterprise.certificate.expires_on": N_("有效期至"),
    "enterprise.certificate.revoked_on": N_("撤销日期"),
    "enterprise.certificate.case_number": N_("受理编号"),
}

#: Where the codes of a changed field are explained: a vocabulary of the reference tables, or a table of its own.
FIELD_VOCABULARIES: dict[str, str] = {
    "enterprise.region_code": "region",
    "enterprise.industry_code": "industry",
    "enterprise.field_code": "field",
    "enterprise.park_code": "park",
    "enterprise.scale": "scale",
    "enterprise.capital_currency": "currency",
    "enterprise.figures.basis": "figure_basis",
    "enterprise.figures.source": "figure_source",
    "enterprise.property.kind_code": "property_kind",
    "enterprise.property.acquired_by": "acquisition",
    "enterprise.product.field_code": "field",
    "enterprise.conversion.result_kind": "result_kind",
    "enterprise.conversion.origin": "result_origin",
    "enterprise.conversion.outcome": "result_outcome",
    "enterprise.conversion.form": "conversion_form",
    "enterprise.standard.level": "standard_level",
    "enterprise.standard.role": "standard_role",
    "enterprise.compliance.kind": "compliance_kind",
    "enterprise.compliance.severity": "compliance_severity",
    "enterprise.certificate.kind": "certificate_kind",
}

VALUE_LABELS: dict[str, dict[str, str]] = {"enterprise.property.ip_class": {"1": N_("Ⅰ类"), "2": N_("Ⅱ类")}}
