"""What a template may name: the placeholders, each with what it stands for and a sample.

Their names are Chinese, like the templates that officers edit. One value has one name everywhere: in a letter
`{{ 企业名称 }}`, in the row of a table that repeats for each case, and in a loop `{{ 件.企业名称 }}`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.kit.i18n import N_

Value = str | int | Decimal
Values = Mapping[str, Value]


class PaperKind(StrEnum):
    """The papers that are made from a template."""

    LETTER = "recommendation-letter"
    TABLE = "summary-table"

    @property
    def extension(self) -> str:
        """The ending of its files."""
        return ".docx" if self is PaperKind.LETTER else ".xlsx"


PAPER_LABELS = {PaperKind.LETTER: N_("推荐函"), PaperKind.TABLE: N_("推荐汇总表")}

ROWS = "各件"
"""The list of cases in a letter."""
SYNTAX = {
    "value": "{{ 企业名称 }}",
    "begin": "{%tr for 件 in 各件 %}",
    "end": "{%tr endfor %}",
    "each": "{{ 件.企业名称 }}",
}
"""How a template is written, as messages show it."""


@dataclass(frozen=True)
class Placeholder:
    """A name, what it stands for (a gettext message), and how it looks in the sample."""

    name: str
    meaning: str
    sample: Value


OF_PAPER = (
    Placeholder("单位名称", N_("本单位名称"), "示例市科技局"),
    Placeholder("制作日期", N_("制作的日子"), "2021年6月30日"),
    Placeholder("制作人", N_("导出的人"), "李晓（示例）"),
    Placeholder("件数", N_("一共几件"), 2),
    Placeholder("通道名称", N_("各件的培育通道，不止一个时以顿号分开"), "高新技术企业认定"),
    Placeholder("年度范围", N_("各件的年度，不止一个时以顿号分开"), "2021"),
    Placeholder("企业名单", N_("各企业名称，以顿号分开"), "江汉示例科技有限公司、楚泽示例农业有限公司"),
)
"""Said once in a paper."""

OF_CASE = (
    Placeholder("序号", N_("在本次导出中的次序"), 1),
    Placeholder("受理编号", N_("受理编号"), "QJ-GQ-2021-0001"),
    Placeholder("企业名称", N_("企业名称"), "江汉示例科技有限公司"),
    Placeholder("统一社会信用代码", N_("统一社会信用代码"), "914290990000000000"),
    Placeholder("法定代表人", N_("法定代表人"), "王敏（示例）"),
    Placeholder("所在地", N_("乡镇、街道或园区所在的行政区划"), "示例镇"),
    Placeholder("地址", N_("登记地址"), "示例路 1 号"),
    Placeholder("所属行业", N_("国民经济行业"), "专用设备制造业"),
    Placeholder("技术领域", N_("国家重点支持的高新技术领域"), "先进制造与自动化"),
    Placeholder("成立日期", N_("注册成立日期"), "2015-03-09"),
    Placeholder("注册资本_万元", N_("注册资本，人民币以外的不换算，留空"), Decimal(1000)),
    Placeholder("联系人", N_("首要联系人"), "陈静（示例）"),
    Placeholder("联系电话", N_("首要联系人的电话"), "0728-0000000"),
    Placeholder("培育通道", N_("培育通道的名称"), "高新技术企业认定"),
    Placeholder("年度", N_("年度"), 2021),
    Placeholder("批次", N_("批次"), "第一批"),
    Placeholder("阶段", N_("现在的阶段"), "市局审查"),
    Placeholder("经办人", N_("经办人"), "赵磊（示例）"),
    Placeholder("立案日期", N_("立案日期"), "2021-03-01"),
    Placeholder("申报日期", N_("申报日期"), "2021-06-08"),
    Placeholder("上年总收入_万元", N_("年度的上一年收入总额，高企认定口径"), Decimal("5230.5")),
    Placeholder("上年销售收入_万元", N_("年度的上一年销售收入，高企认定口径"), Decimal("4980")),
    Placeholder("上年高新收入_万元", N_("年度的上一年高新技术产品（服务）收入，高企认定口径"), Decimal("3650.25")),
    Placeholder("一类知识产权数", N_("名下Ⅰ类知识产权的项数"), 2),
    Placeholder("二类知识产权数", N_("名下Ⅱ类知识产权的项数"), 9),
    Placeholder("判定结论", N_("随件留存的最近一次判定，另作决定的以决定为准"), "符合"),
    Placeholder("部门意见", N_("各部门最近的答复"), "税务局：同意"),
)
"""Said of each case. In a letter they speak of the first case, in a loop of each."""

PAPER_NAMES = frozenset(each.name for each in OF_PAPER)
CASE_NAMES = frozenset(each.name for each in OF_CASE)


@dataclass(frozen=True)
class Paper:
    """What a template is filled with: what is said once, and the cases in order (one at least)."""

    once: Values
    rows: tuple[Values, ...]


def sample() -> Paper:
    """Fictional values for trying a template out: two cases."""
    first = {each.name: each.sample for each in OF_CASE}
    second = first | {"序号": 2, "受理编号": "QJ-GQ-2021-0002", "企业名称": "楚泽示例农业有限公司", "联系人": ""}
    return Paper({each.name: each.sample for each in OF_PAPER}, (first, second))
