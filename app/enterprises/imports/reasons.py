"""Why a row is not simply taken, kept as code and parameters and worded when it is shown."""

from dataclasses import dataclass, field, replace
from typing import Any

from app.enterprises.domain.uscc import parse_uscc
from app.enterprises.imports.fields import FIELDS
from app.enterprises.part_fields import PARTS, TAG
from app.kit.errors import Invalid
from app.kit.i18n import N_, _


@dataclass(frozen=True)
class RowReason:
    """Why a row is not simply taken: a message by its code and parameters, worded when it is shown.

    `text` is the message of a reason that only one upper slice has; the others stand in `REASONS`.
    """

    code: str
    params: dict[str, Any] = field(default_factory=dict)
    text: str = ""

    def of_year(self, year: int | None) -> "RowReason":
        """The same about a cell of a year, where a row tells several."""
        return (
            self
            if year is None or "column" not in self.params
            else replace(self, params=self.params | {"of_year": year})
        )

    def to_json(self) -> dict[str, Any]:
        """As kept with the row."""
        kept = {"code": self.code, "params": self.params}
        return kept | {"text": self.text} if self.text else kept

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "RowReason":
        """As it was kept."""
        return cls(kept["code"], kept["params"], kept.get("text", ""))

    def __str__(self) -> str:
        if self.code == "uscc":
            return _uscc_message(str(self.params["text"]))
        return _(self.text or REASONS[self.code]) % (self.params | self._worded())

    def _worded(self) -> dict[str, str]:
        """The parameters that are messages themselves, in the reader's language."""
        worded = {}
        if "column" in self.params:
            label = _(LABELS.get(self.params["column"], self.params["column"]))
            worded["column"] = f"{self.params['of_year']} {label}" if "of_year" in self.params else label
        if remark := self.params.get("remark"):
            worded["remark"] = _(remark)
        return worded


def _uscc_message(text: str) -> str:
    try:
        found = parse_uscc(text)
    except Invalid as error:
        return error.message
    return _("统一社会信用代码校验位不符：末位是“%(found)s”，按国家标准应为“%(expected)s”。") % {
        "found": found.value[-1],
        "expected": found.expected,
    }


LABELS = {field.code: field.label for fields in FIELDS.values() for field in fields} | {
    f"{table.code.removeprefix('enterprise.')}.{code}": label
    for table in (*PARTS, TAG)
    for field in table
    for code, label in ((field.name, field.label), *((each.code or field.name, each.label) for each in field.headings))
}

#: Why a field stays empty that one import tells twice, each time otherwise; and why a row waits whose name contradicts its code.
CONTRADICTED = "conflict"
NAME_WAITS = frozenset({"name.other", "name.differs"})
#: Why a row waits whose firm is not on file while another of the same name is.
NAME_TAKEN = frozenset({"name.taken", "name.rival"})

#: What is told of a new firm that is likely one on file.
LIKELY = "duplicate.likely"

#: Remarks about a cell that could not be read and whose text is kept.
KEPT_AS_TEXT = frozenset(
    {
        "unread",
        "unit.missing",
        "negative",
        "capital",
        "source.unknown",
        "day.incomplete",
        "day.invalid",
        "day.future",
        "phone.length",
        "phone.invalid",
        "email.invalid",
        "year.invalid",
        "word.unknown",
        "text.too_long",
    }
)

REASONS = {
    "broken": N_("本行引号不成对，无法分列。"),
    "width": N_("本行有 %(found)s 格，表头有 %(expected)s 格：可能多了或少了分隔符。"),
    "name.missing": N_("没有企业名称。"),
    "name.too_long": N_("企业名称超过 %(limit)s 个字。"),
    "name.other": N_("“%(name)s”是本库另一家企业（%(uscc)s）的名称，而这个代码的企业是“%(ours)s”，请核对。"),
    "name.taken": N_("本库已有同名企业“%(name)s”（%(uscc)s），请核对是代码写错，还是另一家企业。"),
    "name.rival": N_("这份文件里“%(name)s”另有一个代码 %(uscc)s，请核对哪一个写错。"),
    "name.differs": N_("这个代码的企业在本库名为“%(ours)s”，与名单上的“%(name)s”不符，请核对是改名还是写错。"),
    "name.former": N_("名单上的“%(name)s”是曾用名，保留现名“%(ours)s”。"),
    "name.known": N_("名单上的“%(name)s”是记住的另一种写法，即“%(ours)s”。"),
    "uscc.missing": N_("没有统一社会信用代码。"),
    "uscc.scientific": N_(
        "代码被存成了科学记数法（%(text)s），末几位已丢失；请在原表把该列改为文本格式，再重新另存为 CSV。"
    ),
    "uscc.apostrophe": N_("代码前面多了一个撇号，已去掉。"),
    "uscc.inexact": N_("代码在表格里存成了数字，末几位已丢失；请把该列改为文本格式后重新填写。"),
    "repeat": N_("与第 %(row)s 行的代码重复，内容相同。"),
    "repeat.firm": N_("第 %(row)s 行已写过这家企业，以那一行为准；本行不同之处：%(differences)s。"),
    "status.by_day": N_("写了“%(column)s”而没有写经营状态，记为“%(remark)s”。"),
    "repeat.differs": N_("与第 %(row)s 行的代码重复，不同之处：%(differences)s。"),
    "region.outside": N_("企业在您的辖区之外（%(region)s）。"),
    "enterprise.outside": N_("该代码的企业已在库，但不在您的辖区，请联系上级管理员。"),
    "enterprise.disabled": N_("该企业在本库已停用（%(on)s），请先恢复。"),
    "name.ambiguous": N_("本库有几家企业叫过“%(name)s”（%(codes)s），请补上统一社会信用代码。"),
    "name.unknown": N_("没有代码，本库也没有名为“%(name)s”的企业，请补上统一社会信用代码。"),
    "name.may_be": N_("可能是%(name)s（%(uscc)s），像的程度 %(n)s%%：%(why)s。"),
    "duplicate.likely": N_("疑似重复：%(name)s（%(uscc)s）。"),
    "nothing": N_("本行没有任何可以读取的数据。"),
    "enterprise.unknown": N_("本库没有这家企业，请先导入企业名单。"),
    "year.missing": N_("没有可以识别的年度。"),
    "basis.missing": N_("没有可以识别的口径（高企、税务或统计）。"),
    "figures.none": N_("本行没有任何可以读取的数据。"),
    "unread": N_("“%(column)s”无法识别，留空：%(text)s"),
    "unit.missing": N_("“%(column)s”没有写明单位，留空：%(text)s"),
    "negative": N_("“%(column)s”不能为负，留空：%(text)s"),
    "capital": N_("注册资本“%(text)s”：%(remark)s"),
    "region.assumed": N_("地址无法识别辖区，暂归您的辖区。"),
    "field.missing": N_("“%(column)s”没有填写或无法识别，本行不能导入。"),
    "field.unfit": N_("“%(column)s”不符合填写要求：%(text)s"),
    "text.too_long": N_("“%(column)s”太长，留空：%(text)s"),
    "word.unknown": N_("“%(column)s”里的“%(text)s”不在代码表中，留空。"),
    "year.invalid": N_("“%(column)s”不是可以识别的年度，留空：%(text)s"),
    "day.incomplete": N_("“%(column)s”没有写到日，留空：%(text)s"),
    "day.invalid": N_("“%(column)s”不是日历上的日期，留空：%(text)s"),
    "day.future": N_("“%(column)s”晚于今天，留空：%(text)s"),
    "day.reversed": N_("“%(column)s”早于起始日期，留空：%(text)s"),
    "phone.length": N_("“%(column)s”的位数不对，留空：%(text)s"),
    "phone.invalid": N_("“%(column)s”不是电话号码，留空：%(text)s"),
    "email.invalid": N_("“%(column)s”不是电子邮箱，留空：%(text)s"),
    "number.other_firm": N_("这个编号已登记在另一家企业名下：%(name)s。"),
    "property.not_granted": N_("还没有授权（%(text)s），不是知识产权。"),
    "property.check": N_("专利号 %(text)s 的校验位不符，按国家标准应为“%(expected)s”，请核对专利证书。"),
    "property.kind": N_("专利号 %(text)s 与所写的专利类型不符，请核对专利证书。"),
    "property.number_form": N_("“%(text)s”不像专利号，请核对专利证书。"),
    "property.holder": N_("权利人（%(name)s）里没有这家企业，请核对。"),
    "conflict": N_("“%(column)s”在同一次导入里有两个不同的数，先留空，请选定一个。"),
    "jump": N_("“%(column)s”与 %(year)s 年相差约 %(factor)s 倍，请核对单位。"),
    "rd.exceeds": N_("研发费用大于销售收入，请核对。"),
    "source.unknown": N_("来源“%(text)s”不在代码表中，按“名单导入”处理。"),
    "example": N_("这是模板里的示例行，不导入。"),
    "origin.foreign": N_("这家企业已在库，但不在导出的这份文件里，看不出改了什么；请重新导出包含它的名单再改。"),
    "origin.computed": N_("“%(column)s”由系统算出，改动（%(text)s）不能写回。"),
    "origin.certificate_gone": N_(
        "从“有效证书”里删去了 %(text)s。证书有法律效力，不随名单删去：确已被撤销的，采用名单内容，撤销日期先记为您作此决定的当天（发证"
        "机关的撤销日期不同的，点企业名称到“证书与合规”改正）；登记有误的，也在那里改正；误删的，保留本库内容。"
    ),
    "origin.number_unknown": N_("记录号 %(number)s 不在导出的这份文件里，不知道是哪条记录。"),
    "origin.gone": N_("这条记录已不在库，或已不属于这家企业，没有改动。"),
    "origin.on_file": N_("库里已有这条记录，但不在导出的这份文件里，看不出改了什么；请重新导出再改。"),
    "origin.same_as": N_("改成这样就与库里另一条记录相同，没有改动。"),
    "origin.fixed": N_("“%(column)s”说明是哪一条记录，不能在这里改（%(text)s），请到系统里修改。"),
    "refused.before": N_("此前已由 %(by)s 决定不予导入。"),
}
