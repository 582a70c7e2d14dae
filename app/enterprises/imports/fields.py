"""Which columns a list may have: their names in real files, and the fields they fill."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.enterprises.imports.domain import ImportKind
from app.kit.amounts import unit_of
from app.kit.i18n import N_


@dataclass(frozen=True)
class ImportField:
    """One field that a column can fill; the first of `headers` is the one that templates carry."""

    code: str
    label: str
    headers: tuple[str, ...]
    required: bool = False
    unit: str = ""

    @property
    def has_unit(self) -> bool:
        """Whether this field is an amount of money, so that the column may say its unit."""
        return self.needs_unit or self.code == "capital"

    @property
    def needs_unit(self) -> bool:
        """Whether nothing may be taken in before the unit of its column is known; a capital is kept as it is worded."""
        return self.unit == "元"


#: Our own column in a file handed back; recognised and passed over when the corrected file comes again.
REASON_HEADERS = ("未导入原因", "Reason not imported")

ENTERPRISE_FIELDS = (
    ImportField(
        "name",
        N_("企业名称"),
        ("企业名称", "单位名称", "公司名称", "企业全称", "名称", "name", "enterprise name", "company name", "company"),
        required=True,
    ),
    ImportField(
        "uscc",
        N_("统一社会信用代码"),
        (
            "统一社会信用代码",
            "社会信用代码",
            "信用代码",
            "统一信用代码",
            "统一代码",
            "uscc",
            "unified social credit code",
            "code",
        ),
        required=True,
    ),
    ImportField("former_names", N_("曾用名"), ("曾用名", "原名称", "曾用名称", "former name", "former names")),
    ImportField(
        "registered_on",
        N_("注册日期"),
        ("注册日期", "成立日期", "成立时间", "注册时间", "registered on", "registration date", "established", "date"),
    ),
    ImportField(
        "kind", N_("企业类型"), ("企业类型", "公司类型", "登记类型", "类型", "enterprise type", "kind", "type")
    ),
    ImportField(
        "legal_representative",
        N_("法定代表人"),
        ("法定代表人", "法人代表", "法人", "法人姓名", "负责人", "legal representative"),
    ),
    ImportField("capital", N_("注册资本"), ("注册资本", "注册资金", "registered capital", "capital")),
    ImportField(
        "industry", N_("所属行业"), ("所属行业", "行业", "国民经济行业", "行业代码", "行业门类", "行业名称", "industry")
    ),
    ImportField("field", N_("技术领域"), ("技术领域", "高新技术领域", "所属技术领域", "technical field", "field")),
    ImportField("province", N_("省份"), ("所在省份", "省份", "所属省份", "省", "province")),
    ImportField("city", N_("地区"), ("地区", "所在城市", "所属城市", "城市", "市", "地市", "city")),
    ImportField("county", N_("区县"), ("区县", "所属区县", "所在区县", "县区", "县市区", "district", "county")),
    ImportField(
        "address",
        N_("注册地址"),
        ("注册地址", "企业地址", "地址", "住所", "公司地址", "经营地址", "registered address", "address"),
    ),
    ImportField("scale", N_("企业规模"), ("企业规模", "企业划型", "划型", "规模", "enterprise size", "size")),
    ImportField("above_scale", N_("规上企业"), ("规上企业", "是否规上", "规上", "规模以上", "above scale")),
    ImportField("business_scope", N_("经营范围"), ("经营范围", "business scope", "scope")),
)


def _amount(code: str, label: str, *headers: str) -> ImportField:
    return ImportField(f"{code}_fen", label, (label, *headers), unit="元")


FIGURES_FIELDS = (
    ImportField("uscc", N_("统一社会信用代码"), ENTERPRISE_FIELDS[1].headers, required=True),
    ImportField("name", N_("企业名称"), ENTERPRISE_FIELDS[0].headers),
    ImportField("year", N_("年度"), ("年度", "年份", "会计年度", "统计年度", "year"), required=True),
    ImportField("basis", N_("口径"), ("口径", "数据口径", "统计口径", "basis"), required=True),
    ImportField("source", N_("来源"), ("来源", "数据来源", "source")),
    _amount("sales_revenue", N_("销售收入"), "营业收入", "主营业务收入", "revenue", "sales revenue"),
    _amount("total_income", N_("总收入"), "收入总额", "total income"),
    _amount(
        "high_tech_income",
        N_("高新技术产品（服务）收入"),
        "高新收入",
        "高品收入",
        "高新技术产品收入",
        "high-tech income",
    ),
    _amount("net_assets", N_("净资产"), "净资产总额", "net assets"),
    _amount("total_assets", N_("总资产"), "资产总额", "资产总计", "total assets"),
    _amount("rd_personnel", N_("人员人工费用"), "人员人工", "R&D personnel"),
    _amount("rd_direct", N_("直接投入费用"), "直接投入", "R&D direct input"),
    _amount("rd_depreciation", N_("折旧费用与长期待摊费用"), "折旧费用", "R&D depreciation"),
    _amount("rd_amortisation", N_("无形资产摊销费用"), "无形资产摊销", "R&D amortisation"),
    _amount("rd_design", N_("设计费用"), "设计费", "R&D design"),
    _amount("rd_equipment", N_("装备调试费用与试验费用"), "装备调试费用", "R&D equipment and tests"),
    _amount("rd_other", N_("其他研发费用"), "其他费用", "R&D other"),
    _amount("rd_outsourced_domestic", N_("境内委托研发费用"), "委托境内研发费用", "R&D outsourced in China"),
    _amount("rd_outsourced_overseas", N_("境外委托研发费用"), "委托境外研发费用", "R&D outsourced abroad"),
    ImportField(
        "staff_average_e4", N_("职工总数"), ("职工总数", "从业人数", "职工人数", "staff", "staff average"), unit="人"
    ),
    ImportField(
        "rd_staff_average_e4", N_("科技人员数"), ("科技人员数", "科技人员", "研发人员数", "R&D staff"), unit="人"
    ),
)

FIELDS = {ImportKind.ENTERPRISES: ENTERPRISE_FIELDS, ImportKind.FIGURES: FIGURES_FIELDS}
PEOPLE = "人"
#: A column whose cells each name their unit: a number without one stays empty.
IN_CELLS = "cell"
UNIT_LABELS = {
    "元": N_("元"),
    "百元": N_("百元"),
    "千元": N_("千元"),
    "万元": N_("万元"),
    "十万元": N_("十万元"),
    "百万元": N_("百万元"),
    "千万元": N_("千万元"),
    "亿元": N_("亿元"),
}


def required_codes(kind: ImportKind) -> tuple[str, ...]:
    """The fields without which nothing of a file can be read."""
    return tuple(field.code for field in FIELDS[kind] if field.required)


_BRACKETS = re.compile(r"[(\[【]([^)\]】]*)[)\]】]")
_PARTS = re.compile(r"[,;:、/|]|单位")
_SCALED = "|".join(sorted((unit for unit in UNIT_LABELS if len(unit) > 1), key=len, reverse=True))
# `销售收入:元`, `销售收入 万元` and `销售收入千元`; a plain 元 or 人 needs a mark before it, since names end in them.
_TAIL = re.compile(rf"(?:[:,/ ]\s*(?:(?:金额)?单位:?\s*)?(\w+)|({_SCALED}))$")
# `单位：万元`, `（金额 单位：人民币千元）`, `单位：人、万元`; not the 元 of `填报单位：元亨公司`.
_TITLE = re.compile(r"单 ?位 ?[:(|]* ?(?:[人个件%户][、,/])?(\w*?[元万])(?![\u4e00-\u9fff])")


def split_header(text: str) -> tuple[str, str]:
    """A header's name to compare by, and the unit it states: `注册资本（万元）` is (`注册资本`, `万元`).

    Two units that contradict each other are none.
    """
    folded = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip().strip("*").strip().lower()
    bare = _BRACKETS.sub("", folded).strip(" :*")
    tail = _TAIL.search(bare)
    units = {_unit(part) for inside in _BRACKETS.findall(folded) for part in (inside, *_PARTS.split(inside))}
    if tail and (unit := _unit(tail[1] or tail[2])):
        units.add(unit)
        bare = bare[: tail.start()].strip(" :*")
    return bare, _only(units - {""})


def title_unit(rows: Iterable[Sequence[str]]) -> str:
    """The unit of money that the rows above the header state; "" for none, or for several.

    `单位：万元` counts anywhere; `主要指标（万元）` only alone in its row, where it is no heading of a group of columns.
    """
    units = set()
    for cells in rows:
        filled = [re.sub(r"\s+", " ", unicodedata.normalize("NFKC", cell)) for cell in cells if cell]
        units |= {unit_of(found) for found in _TITLE.findall("|".join(filled))}
        if len(filled) == 1:
            units |= {unit_of(inside) for inside in _BRACKETS.findall(filled[0])}
    return _only(units - {""})


def _unit(text: str) -> str:
    text = text.strip()
    return PEOPLE if text == PEOPLE else unit_of(text)


def _only(units: set[str]) -> str:
    return next(iter(units)) if len(units) == 1 else ""
