"""The columns that sheets of experts and of agreements have, by their names in real files."""

from app.enterprises.imports.fields import ImportField
from app.kit.i18n import N_


def _column(code: str, label: str, known_as: str, *, required: bool = False, unit: str = "") -> ImportField:
    return ImportField(code, label, tuple(known_as.split(" | ")), required=required, unit=unit)


_EXPERT = (
    "专家姓名 | 专家/姓名 | 专家/专家姓名 | 科技专员姓名 | 专员姓名 | 特派员姓名 | 人才姓名 | 科技人员姓名 | 科技专员/姓名 | 专员/姓名"
    " | 特派员/姓名 | 人才/姓名 | 科技人员/姓名 | 专家 | 科技专员 | 专员 | 服务专家 | 服务人员 | 姓名 | expert"
)
_UNIT = (
    "专家单位 | 专家/单位 | 专家/工作单位 | 专家/所在单位 | 专家工作单位 | 专家所在单位 | 科技专员/单位 | 科技专员/工作单位 | 专员/单位"
    " | 专员/工作单位 | 专员单位 | 特派员/单位 | 特派员单位 | 人才/单位 | 人才/工作单位 | 科技人员/单位 | 派出单位 | 派员单位 | 选派单位"
    " | 工作单位 | 所在单位 | 依托单位 | 高校院所 | 所在高校 | 单位 | 单位名称 | affiliation"
)
#: What a row says about an expert: the columns of `CommissionerInput`, its name and unit first.
EXPERT = (
    _column("expert", N_("专家姓名"), _EXPERT, required=True),
    _column("unit", N_("工作单位"), _UNIT),
    _column(
        "title",
        N_("职称"),
        "职称 | 专家/职称 | 专业技术职务 | 技术职称 | 职称（职务） | 职称/职务 | 职务职称 | 职务/职称 | 专家/职务职称 | 科技专员/职称"
        " | 专员/职称 | 特派员/职称 | 人才/职称 | 专家职称 | 职务 | 专家/职务 | title",
    ),
    _column(
        "degree",
        N_("学历学位"),
        "学历学位 | 专家/学历 | 专家/学位 | 学历 | 学位 | 最高学历 | 最高学位 | 学历/学位 | 文化程度 | 专员/学历 | 特派员/学历 | 人才/学历 | degree",
    ),
    _column(
        "field_code",
        N_("技术领域"),
        "技术领域 | 专家/技术领域 | 所属领域 | 服务领域 | 研究领域 | 专业领域 | 领域 | technical field",
    ),
    _column(
        "speciality",
        N_("专业专长"),
        "专业专长 | 专业特长 | 技术专长 | 特长 | 专家/专业 | 专业 | 专长 | 研究方向 | 专家/研究方向 | 专业方向 | 所学专业 | 从事专业 | 擅长领域 | 专员/专业 | 特派员/专业"
        " | speciality",
    ),
    _column(
        "phone",
        N_("联系电话"),
        "专家电话 | 专家/联系电话 | 专家/电话 | 专家/手机 | 专家/手机号 | 专家/联系方式 | 专家联系电话 | 专家联系方式 | 专员电话 | 专员/联系电话"
        " | 专员/电话 | 特派员/联系电话 | 特派员/电话 | 人才/联系电话 | 联系电话 | 电话 | 手机 | 手机号 | 手机号码 | 移动电话 | 联系方式 | phone",
    ),
)
PERSON = (*EXPERT, _column("note", N_("备注"), "备注 | 说明 | 备注说明 | note"))

_PROGRAMME = (
    "专项 | 专项名称 | 服务专项 | 所属专项 | 项目类别 | 专项类别 | 人才专项 | 派出专项 | 选派专项 | 选派类型 | 选派类别 | 专员类别 | 专员类型"
    " | 特派员类型 | 人才类别 | 项目计划 | 项目/计划 | 专项计划 | 所属项目 | 项目名称 | 项目 | 计划名称 | programme"
)
AGREEMENT = (
    *EXPERT,
    _column("programme", N_("专项"), _PROGRAMME, required=True),
    _column(
        "number",
        N_("协议编号"),
        "协议编号 | 协议号 | 服务协议编号 | 协议书编号 | 合同编号 | 合同号 | 协议文号 | agreement number",
    ),
    _column(
        "term",
        N_("服务期限"),
        "服务期限 | 服务期 | 协议期限 | 协议期 | 协议有效期 | 有效期 | 有效期限 | 服务时间 | 服务起止时间 | 起止时间 | 起止日期 | 服务起止日期"
        " | 协议起止日期 | 协议起止时间 | 合同期限 | 派驻时间 | 选派期限 | 任期 | term",
    ),
    _column(
        "starts_on",
        N_("起始日期"),
        "起始日期 | 服务期限/起 | 服务期限/开始 | 服务期限/起始 | 协议期限/起 | 服务期/起 | 起始时间 | 开始日期 | 开始时间 | 服务开始日期"
        " | 服务开始时间 | 服务起始日期 | 协议开始日期 | 协议起始日期 | 起止日期/起 | 起止时间/起 | 起 | 自 | starts on",
    ),
    _column(
        "ends_on",
        N_("终止日期"),
        "终止日期 | 服务期限/止 | 服务期限/结束 | 服务期限/终止 | 协议期限/止 | 服务期/止 | 终止时间 | 结束日期 | 结束时间 | 服务结束日期"
        " | 服务结束时间 | 服务终止日期 | 协议结束日期 | 协议终止日期 | 截止日期 | 到期日期 | 到期日 | 到期时间 | 起止日期/止 | 起止时间/止"
        " | 止 | 至 | ends on",
    ),
    _column("mode", N_("服务方式"), "服务方式 | 服务形式 | 服务模式 | 工作方式 | 合作方式 | mode"),
    _column("aim", N_("服务目标"), "服务目标 | 服务内容 | 工作目标 | 合作内容 | 协议内容 | 服务任务 | 工作任务 | aim"),
    _column("amount_fen", N_("协议金额"), "协议金额 | 合同金额 | 协议经费 | 服务经费 | 资助金额 | amount", unit="元"),
)
LABELS = {column.code: column.label for column in (*AGREEMENT, *PERSON)}
