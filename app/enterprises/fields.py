"""The fields of a firm, each told once: everything else that names them is derived from this table.

See docs/how-to/add-a-field.md; tests/house/test_fields.py names whatever lags behind.
"""

from app.kit.fields import Ask, Field, FieldKind, FieldTable, FieldWriter, FormGroup, Heading, ListColumn
from app.kit.i18n import N_

BY_HAND = FieldWriter.OFFICER
BY_ALL = FieldWriter.OFFICER | FieldWriter.IMPORT
CAPITAL = "capital"

ENTERPRISE = FieldTable(
    "enterprise",
    (
        Field(
            "name",
            FieldKind.NAME,
            N_("企业名称"),
            BY_ALL,
            length=200,
            required=True,
            ask=Ask("identity", wide=True),
            headings=(
                Heading(
                    N_("企业名称"),
                    "企业名称 | 单位名称 | 公司名称 | 企业全称 | 名称 | name | enterprise name | company name | company",
                    example="江汉育苗科技有限公司（示例）",
                    required=True,
                ),
            ),
            column=ListColumn("name", sort="name", default=True),
            past=True,
            exchanged=True,
        ),
        Field(
            "uscc",
            FieldKind.KEY,
            N_("统一社会信用代码"),
            BY_ALL,
            length=60,
            required=True,
            ask=Ask("identity", N_("18 位，营业执照上的代码；全角、小写和空格会自动整理"), once=True),
            headings=(
                Heading(
                    N_("统一社会信用代码"),
                    "统一社会信用代码 | 社会信用代码 | 信用代码 | 统一信用代码 | 统一代码 | uscc | unified social credit code | code",
                    required=True,
                ),
            ),
            column=ListColumn("uscc", default=True),
            past=True,
            exchanged=True,
        ),
        Field("uscc_confirmed", FieldKind.TICK, N_("代码已确认"), FieldWriter.NOBODY, past=True, exchanged=True),
        Field(
            "uscc_note",
            FieldKind.TEXT,
            N_("代码确认理由"),
            BY_HAND,
            length=300,
            ask=Ask(
                "identity",
                N_("校验码不符仍要登记时必填，例如“营业执照原件即为此代码”。理由会记入时间线。"),
                once=True,
            ),
        ),
        Field(
            "former_names",
            FieldKind.LINKS,
            N_("曾用名"),
            FieldWriter.IMPORT,
            headings=(
                Heading(
                    N_("曾用名"),
                    "曾用名 | 原名称 | 曾用名称 | former name | former names",
                    example="江汉育苗技术开发部（示例）",
                ),
            ),
            stored=False,
        ),
        Field(
            "registered_on",
            FieldKind.DAY,
            N_("注册日期"),
            BY_ALL,
            ask=Ask("identity"),
            headings=(
                Heading(
                    N_("注册日期"),
                    "注册日期 | 成立日期 | 成立时间 | 注册时间 | registered on | registration date | established | date",
                    example="2015-03-01",
                ),
            ),
            column=ListColumn("registered", sort="registered", default=True),
            past=True,
            exchanged=True,
        ),
        Field(
            "kind",
            FieldKind.TEXT,
            N_("企业类型"),
            BY_ALL,
            length=120,
            ask=Ask("identity", N_("如 有限责任公司")),
            headings=(
                Heading(
                    N_("企业类型"),
                    "企业类型 | 公司类型 | 登记类型 | 类型 | enterprise type | kind | type",
                    example="有限责任公司",
                ),
            ),
            past=True,
            exchanged=True,
        ),
        Field(
            "legal_representative",
            FieldKind.TEXT,
            N_("法定代表人"),
            BY_ALL,
            length=80,
            ask=Ask("identity"),
            headings=(
                Heading(
                    N_("法定代表人"),
                    "法定代表人 | 法人代表 | 法人 | 法人姓名 | 负责人 | legal representative",
                    example="张某（示例）",
                ),
            ),
            column=ListColumn("legal"),
            past=True,
            exchanged=True,
        ),
        Field(
            "capital_fen",
            FieldKind.MONEY,
            N_("注册资本"),
            BY_ALL,
            ask=Ask("identity"),
            headings=(
                Heading(
                    N_("注册资本"),
                    "注册资本 | 注册资金 | registered capital | capital",
                    code="capital",
                    example="500",
                    longest=120,
                ),
            ),
            column=ListColumn("capital", export_label=N_("注册资本（万元）"), sort="capital", default=True),
            bundle=CAPITAL,
            past=True,
            exchanged=True,
        ),
        Field(
            "capital_currency",
            FieldKind.CODE,
            N_("币种"),
            BY_ALL,
            length=3,
            vocabulary="currency",
            ask=Ask("identity", blank=N_("未填")),
            bundle=CAPITAL,
            past=True,
            exchanged=True,
        ),
        Field("capital_text", FieldKind.TEXT, N_("注册资本原文"), FieldWriter.IMPORT, length=120, bundle=CAPITAL),
        Field("capital_remark", FieldKind.TEXT, N_("注册资本备注"), FieldWriter.IMPORT, length=300, bundle=CAPITAL),
        Field(
            "website",
            FieldKind.WEB,
            N_("企业网址"),
            BY_ALL,
            length=200,
            ask=Ask("identity"),
            headings=(
                Heading(
                    N_("企业网址"),
                    "企业网址 | 网址 | 公司网址 | 企业网站 | 公司网站 | 官网 | 网站 | website | web site | homepage",
                    example="https://example.org",
                ),
            ),
            column=ListColumn("website"),
            past=True,
            exchanged=True,
        ),
        Field(
            "industry_code",
            FieldKind.CODE,
            N_("行业"),
            BY_ALL,
            length=40,
            vocabulary="industry",
            ask=Ask("trade", N_("GB/T 4754-2017 代码或名称")),
            headings=(
                Heading(
                    N_("所属行业"),
                    "所属行业 | 行业 | 国民经济行业 | 行业代码 | 行业门类 | 行业名称 | industry",
                    code="industry",
                    example="3511",
                ),
            ),
            column=ListColumn("industry"),
            past=True,
            exchanged=True,
        ),
        Field(
            "field_code",
            FieldKind.CODE,
            N_("技术领域"),
            BY_ALL,
            length=40,
            vocabulary="field",
            ask=Ask("trade", N_("国家重点支持的高新技术领域"), N_("未填")),
            headings=(
                Heading(
                    N_("技术领域"),
                    "技术领域 | 高新技术领域 | 所属技术领域 | technical field | field",
                    code="field",
                ),
            ),
            column=ListColumn("field", default=True),
            past=True,
            exchanged=True,
        ),
        Field(
            "field_detail",
            FieldKind.TEXT,
            N_("技术领域（三级）"),
            BY_HAND,
            length=200,
            ask=Ask("trade"),
            past=True,
            exchanged=True,
        ),
        Field(
            "region_code",
            FieldKind.CODE,
            N_("所在区域"),
            BY_ALL,
            length=12,
            vocabulary="region",
            ask=Ask("place"),
            headings=(
                Heading(N_("省份"), "所在省份 | 省份 | 所属省份 | 省 | province", code="province", example="湖北省"),
                Heading(
                    N_("地区"),
                    "地区 | 所在城市 | 所属城市 | 城市 | 市 | 地市 | city",
                    code="city",
                ),
                Heading(
                    N_("区县"),
                    "区县 | 所属区县 | 所在区县 | 县区 | 县市区 | district | county",
                    code="county",
                    example="潜江市",
                ),
                Heading(
                    N_("乡镇（街道）"),
                    "乡镇 | 乡镇街道 | 乡镇/街道 | 镇街 | 镇办 | 街镇 | 街道 | 镇街道 | 所属乡镇 | 所在乡镇 | 所属街道 | 所属镇街 | 所在镇街 | 属地 | 所属区镇办"
                    " | 区镇办 | 区镇处 | 镇处 | 所属地 | 所在地 | 所属辖区 | 辖区 | township",
                    code="township",
                ),
            ),
            column=ListColumn("region", default=True),
            past=True,
            exchanged=True,
        ),
        Field(
            "park_code",
            FieldKind.CODE,
            N_("园区"),
            BY_HAND,
            length=40,
            vocabulary="park",
            ask=Ask("place", blank=N_("不在园区或未知")),
            column=ListColumn("park"),
            past=True,
            exchanged=True,
        ),
        Field(
            "address",
            FieldKind.TEXT,
            N_("地址"),
            BY_ALL,
            length=400,
            ask=Ask("place", wide=True),
            headings=(
                Heading(
                    N_("注册地址"),
                    "注册地址 | 企业地址 | 地址 | 住所 | 公司地址 | 经营地址 | registered address | address",
                    example="潜江市园林街道示例路1号",
                ),
            ),
            column=ListColumn("address"),
            past=True,
            exchanged=True,
        ),
        Field(
            "scale",
            FieldKind.CODE,
            N_("企业规模"),
            BY_ALL,
            length=40,
            vocabulary="scale",
            ask=Ask("trade", blank=N_("未知")),
            headings=(
                Heading(
                    N_("企业规模"),
                    "企业规模 | 企业划型 | 划型 | 规模 | enterprise size | size",
                    example="小型",
                ),
            ),
            column=ListColumn("scale", N_("规模")),
            past=True,
            exchanged=True,
        ),
        Field(
            "above_scale",
            FieldKind.FLAG,
            N_("规上企业"),
            BY_ALL,
            answers=(N_("规上"), N_("规下")),
            ask=Ask("trade", blank=N_("未知")),
            headings=(Heading(N_("规上企业"), "规上企业 | 是否规上 | 规上 | 规模以上 | above scale", example="否"),),
            column=ListColumn("above_scale", N_("规上")),
            past=True,
            exchanged=True,
        ),
        Field(
            "business_scope",
            FieldKind.LINES,
            N_("经营范围"),
            BY_ALL,
            length=6000,
            ask=Ask("trade"),
            headings=(
                Heading(
                    N_("经营范围"),
                    "经营范围 | business scope | scope",
                    example="示例，导入前请删除本行",
                    longest=20_000,
                ),
            ),
            exchanged=True,
        ),
        Field("unread_cells", FieldKind.KEPT, N_("未能识别的导入内容"), FieldWriter.IMPORT),
        Field("disabled_on", FieldKind.DAY, N_("停用日期"), FieldWriter.NOBODY, tracked=False, past=True),
        Field(
            "disabled_reason", FieldKind.TEXT, N_("停用原因"), FieldWriter.NOBODY, length=300, tracked=False, past=True
        ),
        Field("created_at", FieldKind.MOMENT, writers=FieldWriter.NOBODY, tracked=False, exchanged=True),
        Field("updated_at", FieldKind.MOMENT, writers=FieldWriter.NOBODY, tracked=False, exchanged=True),
    ),
    (FormGroup("identity", N_("身份")), FormGroup("place", N_("位置")), FormGroup("trade", N_("行业与规模"))),
)

#: What people and imports write; what follows from it is not told twice in the journal.
WRITTEN = ENTERPRISE.names(lambda field: field.tracked and field.stored)
