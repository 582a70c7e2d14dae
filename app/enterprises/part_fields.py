"""The fields of the records that belong to a firm, each told once. `code` is how the journal calls the record."""

from app.enterprises import part_headings
from app.enterprises.part_headings import with_headings
from app.kit.fields import Ask, Field, FieldKind, FieldTable, FieldWriter, FormGroup, Heading
from app.kit.i18n import N_

_BY_ALL = FieldWriter.OFFICER | FieldWriter.IMPORT
_UNKNOWN = N_("不知道的留空，系统按“未知”处理；确实为零才填 0。")
#: Every record has one group at least; most have only it.
_MAIN = "main"
_ASKED = Ask(_MAIN)
_WIDE = Ask(_MAIN, wide=True)


def _term(name: str, label: str, vocabulary: str, *, hint: str = "", required: bool = False) -> Field:
    return Field(name, FieldKind.CODE, label, length=40, vocabulary=vocabulary, required=required, ask=Ask(_MAIN, hint))


CONTACT = with_headings(
    FieldTable(
        "enterprise.contact",
        (
            Field("name", FieldKind.TEXT, N_("姓名"), length=80, required=True, ask=_ASKED, personal=True),
            Field("title", FieldKind.TEXT, N_("职务"), length=80, ask=_ASKED),
            Field("phone", FieldKind.PHONE, N_("电话"), length=40, ask=_ASKED, personal=True),
            Field("email", FieldKind.EMAIL, N_("电子邮箱"), length=120, ask=_ASKED, personal=True),
            Field("is_primary", FieldKind.TICK, N_("主要联系人"), ask=_ASKED),
            Field("note", FieldKind.TEXT, N_("备注"), length=300, ask=_WIDE),
        ),
        (FormGroup(_MAIN, N_("联系人")),),
    ),
    part_headings.CONTACT,
)


def _figure(
    name: str, label: str, group: str, heading: str, known_as: str, example: str = "", *, signed: bool = False
) -> Field:
    kind = FieldKind.PEOPLE if name.endswith("_e4") else FieldKind.MONEY
    headings = (Heading(heading, f"{heading} | {known_as}", example=example),)
    return Field(name, kind, label, _BY_ALL, signed=signed, ask=Ask(group), headings=headings, exchanged=True)


_INCOME, _RD, _STAFF = "income", "rd", "staff"
FIGURES = FieldTable(
    "enterprise.figures",
    (
        Field(
            "year",
            FieldKind.YEAR,
            N_("年度"),
            _BY_ALL,
            required=True,
            ask=_ASKED,
            headings=(
                Heading(N_("年度"), "年度 | 年份 | 会计年度 | 统计年度 | year", example="2020", required=True),
            ),
            exchanged=True,
        ),
        Field(
            "basis",
            FieldKind.CODE,
            N_("口径"),
            _BY_ALL,
            length=4,
            vocabulary="figure_basis",
            required=True,
            ask=Ask(_MAIN, N_("三种口径的研发费用不是同一个数，请勿混填")),
            headings=(Heading(N_("口径"), "口径 | 数据口径 | 统计口径 | basis", example="高企", required=True),),
            exchanged=True,
        ),
        Field(
            "source",
            FieldKind.CODE,
            N_("来源"),
            _BY_ALL,
            length=40,
            vocabulary="figure_source",
            required=True,
            ask=_ASKED,
            headings=(Heading(N_("来源"), "来源 | 数据来源 | source", example="专项审计报告"),),
            exchanged=True,
        ),
        Field("note", FieldKind.TEXT, N_("备注"), length=300, ask=_WIDE),
        _figure("sales_revenue_fen", N_("销售收入"), _INCOME, N_("销售收入"),
                "营业收入 | 主营业务收入 | 主营收入 | 销售额 | 营收 | revenue | sales revenue", "3820.5"),
        _figure("total_income_fen", N_("总收入"), _INCOME, N_("总收入"), "收入总额 | total income", "3900"),
        _figure("high_tech_income_fen", N_("高新技术产品（服务）收入"), _INCOME, N_("高新技术产品（服务）收入"),
                "高新技术产品服务收入 | 高新收入 | 高品收入 | 高新产品收入 | 高新技术产品收入 | high-tech income"),
        _figure("net_assets_fen", N_("净资产"), _INCOME, N_("净资产"), "净资产总额 | 所有者权益 | 所有者权益合计 | net assets", "1200", signed=True),
        _figure("total_assets_fen", N_("总资产"), _INCOME, N_("总资产"), "资产总额 | 资产总计 | total assets", "2600"),
        _figure("rd_personnel_fen", N_("人员人工费用"), _RD, N_("人员人工费用"), "人员人工 | R&D personnel", "120"),
        _figure("rd_direct_fen", N_("直接投入费用"), _RD, N_("直接投入费用"), "直接投入 | R&D direct input", "80.25"),
        _figure("rd_depreciation_fen", N_("折旧费用与长期待摊费用"), _RD, N_("折旧费用与长期待摊费用"),
                "折旧费用 | R&D depreciation"),
        _figure("rd_amortisation_fen", N_("无形资产摊销费用"), _RD, N_("无形资产摊销费用"),
                "无形资产摊销 | R&D amortisation"),
        _figure("rd_design_fen", N_("设计费用"), _RD, N_("设计费用"), "设计费 | R&D design"),
        _figure("rd_equipment_fen", N_("装备调试费用与试验费用"), _RD, N_("装备调试费用与试验费用"),
                "装备调试费用 | R&D equipment and tests"),
        _figure("rd_other_fen", N_("其他费用"), _RD, N_("其他研发费用"), "其他费用 | R&D other"),
        _figure("rd_outsourced_domestic_fen", N_("委托外部研发（境内）"), _RD, N_("境内委托研发费用"),
                "委托境内研发费用 | 境内委托外部研发费用 | R&D outsourced in China"),
        _figure("rd_outsourced_overseas_fen", N_("委托外部研发（境外）"), _RD, N_("境外委托研发费用"),
                "委托境外研发费用 | 境外委托外部研发费用 | R&D outsourced abroad"),
        _figure("rd_total_fen", N_("研发费用合计（填报）"), _RD, N_("研发费用合计"),
                "研发费用 | 研发投入 | 研究开发费用 | 研发经费 | 研发支出 | 研发费用总额 | 研发总投入 | R&D投入 | R&D经费 | R&D total"),
        _figure("staff_average_e4", N_("职工总数（月平均）"), _STAFF, N_("职工总数"),
                "从业人数 | 职工人数 | 从业人员 | 从业人员数 | 员工人数 | 员工总数 | 企业人数 | 职工总人数 | staff | staff average", "42.5"),
        _figure("rd_staff_average_e4", N_("科技人员数（月平均）"), _STAFF, N_("科技人员数"),
                "科技人员 | 研发人员数 | 研发人员 | 科研人员 | 科研人员数 | 科技人员人数 | R&D staff", "6"),
        Field("imported", FieldKind.KEPT, writers=FieldWriter.NOBODY, tracked=False),
        Field("imported_in", FieldKind.KEPT, writers=FieldWriter.NOBODY, tracked=False),
        Field("unread_cells", FieldKind.KEPT, writers=FieldWriter.NOBODY, tracked=False),
        Field("updated_at", FieldKind.MOMENT, writers=FieldWriter.NOBODY, tracked=False),
    ),
    (
        FormGroup(_MAIN, N_("年度与口径")),
        FormGroup(_INCOME, N_("收入与资产"), note=_UNKNOWN),
        FormGroup(_RD, N_("研发费用（实际发生额）"), note=N_("按工作指引三（六）分项填写，不折算、不封顶。")),
        FormGroup(_STAFF, N_("人员（全年月平均数）"), 2),
    ),
)  # fmt: skip

#: Every figure of a year, in the order people read them; those of income and assets, and those of people.
FIGURE_NAMES = FIGURES.names(lambda field: field.kind in (FieldKind.MONEY, FieldKind.PEOPLE))
BALANCE_NAMES = FIGURES.names(lambda field: field.ask is not None and field.ask.group == _INCOME)
RD_NAMES = FIGURES.names(lambda field: field.ask is not None and field.ask.group == _RD)
STAFF_NAMES = FIGURES.names(lambda field: field.kind is FieldKind.PEOPLE)

PROPERTY = with_headings(
    FieldTable(
        "enterprise.property",
        (
            Field(
                "kind_code",
                FieldKind.CODE,
                N_("类别"),
                length=40,
                vocabulary="property_kind",
                required=True,
                ask=Ask(_MAIN, N_("Ⅰ、Ⅱ类由类别决定")),
                exchanged=True,
            ),
            Field("ip_class", FieldKind.COUNT, N_("Ⅰ/Ⅱ类"), FieldWriter.NOBODY, exchanged=True),
            Field("number", FieldKind.TEXT, N_("专利号/登记号"), length=60, required=True, ask=_ASKED, exchanged=True),
            Field(
                "acquired_by",
                FieldKind.CODE,
                N_("获得方式"),
                length=40,
                vocabulary="acquisition",
                ask=_ASKED,
                exchanged=True,
            ),
            Field("name", FieldKind.TEXT, N_("名称"), length=200, required=True, ask=_WIDE, exchanged=True),
            Field("granted_on", FieldKind.DAY, N_("授权日期"), ask=_ASKED, exchanged=True),
            Field("expires_on", FieldKind.DAY, N_("有效期至"), ask=_ASKED, exchanged=True),
            Field(
                "state",
                FieldKind.CODE,
                N_("法律状态"),
                length=40,
                vocabulary="property_state",
                ask=Ask(_MAIN, N_("已失效的不再计入有效知识产权；不知道的留空")),
                exchanged=True,
            ),
            Field(
                "other_holders",
                FieldKind.TEXT,
                N_("库外共同权利人"),
                length=400,
                ask=Ask(_MAIN, N_("本库企业作为共同权利人的，在该企业名下另登记一条")),
                exchanged=True,
            ),
            Field(
                "used_before",
                FieldKind.COUNT,
                N_("本系统之前已用于高企认定的次数"),
                ask=Ask(_MAIN, N_("Ⅱ类用过一次后不能再用；本系统内的使用由办件记录")),
            ),
        ),
        (FormGroup(_MAIN, N_("知识产权")),),
    ),
    part_headings.PROPERTY,
)

PRODUCT = with_headings(
    FieldTable(
        "enterprise.product",
        (
            Field("name", FieldKind.TEXT, N_("名称"), length=200, required=True, ask=_WIDE),
            Field("year", FieldKind.YEAR, N_("年度"), required=True, ask=_ASKED),
            Field("revenue_fen", FieldKind.MONEY, N_("当年收入"), ask=_ASKED),
            _term("field_code", N_("技术领域"), "field"),
            Field("is_high_tech", FieldKind.TICK, N_("高新技术产品（服务）"), ask=_ASKED),
            Field(
                "is_main",
                FieldKind.TICK,
                N_("主要产品（服务）"),
                ask=Ask(_MAIN, N_("主要产品收入之和须超过高新产品收入的 50%")),
            ),
            Field("properties", FieldKind.LINKS, N_("关联知识产权"), ask=Ask("rights"), stored=False),
        ),
        (FormGroup(_MAIN, N_("产品（服务）")), FormGroup("rights", N_("对其起核心支持作用的知识产权"), 1)),
    ),
    part_headings.PRODUCT,
)

CONVERSION = with_headings(
    FieldTable(
        "enterprise.conversion",
        (
            Field(
                "title",
                FieldKind.TEXT,
                N_("成果名称"),
                length=200,
                required=True,
                ask=Ask(_MAIN, N_("同一成果转化为多个产品、服务的，只计一项"), wide=True),
            ),
            Field("year", FieldKind.YEAR, N_("年度"), required=True, ask=_ASKED),
            _term("result_kind", N_("成果类型"), "result_kind"),
            _term("origin", N_("成果来源"), "result_origin"),
            _term("outcome", N_("转化结果"), "result_outcome"),
            _term("form", N_("转化形式"), "conversion_form"),
        ),
        (FormGroup(_MAIN, N_("成果转化")),),
    ),
    part_headings.CONVERSION,
)

STANDARD = with_headings(
    FieldTable(
        "enterprise.standard",
        (
            Field("title", FieldKind.TEXT, N_("标准名称"), length=200, required=True, ask=_WIDE),
            Field("number", FieldKind.TEXT, N_("标准编号"), length=60, ask=_ASKED),
            _term("level", N_("级别"), "standard_level", required=True),
            Field("year", FieldKind.YEAR, N_("年度"), required=True, ask=_ASKED),
            _term(
                "role", N_("企业所起作用"), "standard_role", hint=N_("主导制定才可直接确认科技型中小企业；不清楚的留空")
            ),
            Field(
                "recognised",
                FieldKind.FLAG,
                N_("经国家有关部门认定认可"),
                ask=Ask(_MAIN, N_("认定高企时参与编制即可加分，须经认定认可；国家标准、行业标准可留空")),
            ),
        ),
        (FormGroup(_MAIN, N_("标准、检测方法或技术规范")),),
    ),
    part_headings.STANDARD,
)

COMPLIANCE = with_headings(
    FieldTable(
        "enterprise.compliance",
        (
            Field("happened_on", FieldKind.DAY, N_("发生日期"), required=True, ask=_ASKED),
            _term("kind", N_("类别"), "compliance_kind", required=True),
            _term("severity", N_("程度"), "compliance_severity", hint=N_("不知道的留空，相关条件待核实")),
            Field("source", FieldKind.TEXT, N_("信息来源"), length=200, ask=Ask(_MAIN, N_("如 应急管理局来函"))),
            Field("summary", FieldKind.LINES, N_("情况说明"), length=400, required=True, ask=_WIDE),
        ),
        (FormGroup(_MAIN, N_("事件")),),
    ),
    part_headings.COMPLIANCE,
)

CERTIFICATE = with_headings(
    FieldTable(
        "enterprise.certificate",
        (
            Field(
                "kind",
                FieldKind.CODE,
                N_("证书类别"),
                length=40,
                vocabulary="certificate_kind",
                required=True,
                ask=_ASKED,
                exchanged=True,
            ),
            Field("number", FieldKind.TEXT, N_("证书编号"), length=60, required=True, ask=_ASKED, exchanged=True),
            Field(
                "issued_on",
                FieldKind.DAY,
                N_("发证日期"),
                ask=Ask(_MAIN, N_("不知道的留空：日期不明的证书不按有效计算")),
                exchanged=True,
            ),
            Field(
                "expires_on",
                FieldKind.DAY,
                N_("有效期至"),
                ask=Ask(_MAIN, N_("高企证书自发证之日起三年有效")),
                exchanged=True,
            ),
            Field("revoked_on", FieldKind.DAY, N_("撤销日期"), ask=_ASKED, exchanged=True),
            Field("case_number", FieldKind.TEXT, N_("受理编号"), FieldWriter.NOBODY, length=40, exchanged=True),
        ),
        (FormGroup(_MAIN, N_("证书或备案")),),
    ),
    part_headings.CERTIFICATE,
)

TAG = with_headings(
    FieldTable(
        "enterprise.tag",
        (
            Field(
                "tag",
                FieldKind.CODE,
                N_("标签"),
                length=40,
                vocabulary="tag",
                required=True,
                tracked=False,
                exchanged=True,
            ),
            Field("granted_on", FieldKind.DAY, N_("授予日期"), tracked=False, exchanged=True),
            Field("expires_on", FieldKind.DAY, N_("有效期至"), tracked=False, exchanged=True),
        ),
    ),
    part_headings.TAG,
)

PARTS = (CONTACT, FIGURES, PROPERTY, PRODUCT, CONVERSION, STANDARD, COMPLIANCE, CERTIFICATE)
