"""The data dictionary of a definition: every field of every resource, for a page and a table. Made of the definition alone. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.exchange.domain import FieldDefinition, FieldType, PartnerDefinition, PersonalData, ResourceDefinition
from app.kit.i18n import N_, _

TYPE_LABELS = {
    FieldType.TEXT: N_("文本"),
    FieldType.CODE: N_("代码"),
    FieldType.INTEGER: N_("整数"),
    FieldType.BOOLEAN: N_("是/否"),
    FieldType.DAY: N_("日期"),
    FieldType.INSTANT: N_("时间"),
    FieldType.MONEY: N_("金额"),
    FieldType.AVERAGE: N_("四位小数"),
    FieldType.TEXTS: N_("文本列表"),
    FieldType.RECORDS: N_("记录列表"),
}
PERSONAL_LABELS = {
    PersonalData.NONE: "",
    PersonalData.NAME: N_("姓名"),
    PersonalData.CONTACT: N_("联系方式"),
    PersonalData.IDENTITY: N_("身份信息"),
}
HEADINGS = (
    N_("资源"),
    N_("对方字段"),
    N_("名称"),
    N_("本系统字段"),
    N_("类型"),
    N_("单位"),
    N_("填报要求"),
    N_("长度上限"),
    N_("代码对照"),
    N_("个人信息"),
    N_("用途"),
    N_("说明"),
)


@dataclass(frozen=True)
class DictionaryLine:
    """One field; `codes` are pairs of ours and theirs, or values alone. `path` names it within its lists."""

    path: str
    title: str
    source: str
    type: str
    unit: str
    demand: str
    max_length: int | None
    codes: tuple[tuple[str, str], ...]
    personal: str
    purpose: str
    note: str
    depth: int

    def cells(self, resource: str) -> tuple[str | int | None, ...]:
        """As a row of the table, under `HEADINGS`."""
        codes = "；".join(f"{ours} → {theirs}" if theirs else ours for ours, theirs in self.codes)
        start = (resource, self.path, self.title, self.source, self.type, self.unit, self.demand, self.max_length)
        return (*start, codes, self.personal, self.purpose, self.note)


@dataclass(frozen=True)
class DictionaryPart:
    """One resource with its fields."""

    code: str
    title: str
    note: str
    lines: tuple[DictionaryLine, ...]


def dictionary_of(definition: PartnerDefinition) -> tuple[DictionaryPart, ...]:
    """All resources of a definition, in its order and in the reader's language."""
    return tuple(_part(code, resource) for code, resource in definition.resources.items())


def _part(code: str, resource: ResourceDefinition) -> DictionaryPart:
    note = str(resource.note) if resource.note else ""
    return DictionaryPart(code, str(resource.title), note, tuple(_lines(resource.fields, resource.key)))


def _lines(
    fields: Sequence[FieldDefinition], key: str = "", path: str = "", depth: int = 0
) -> Iterator[DictionaryLine]:
    for field in fields:
        yield _line(field, f"{path}{field.name}", depth, is_key=field.name == key)
        yield from _lines(field.fields, "", f"{path}{field.name}.", depth + 1)


def _line(field: FieldDefinition, path: str, depth: int, *, is_key: bool) -> DictionaryLine:
    codes = tuple(field.codes.items()) or tuple((value, "") for value in field.values)
    return DictionaryLine(
        path=path,
        title=str(field.title),
        source=field.source,
        type=_(TYPE_LABELS[field.type]),
        unit=field.unit.value if field.unit else "",
        demand=_demand(field, is_key=is_key),
        max_length=field.max_length,
        codes=codes,
        personal=_(PERSONAL_LABELS[field.personal]) if PERSONAL_LABELS[field.personal] else "",
        purpose=str(field.purpose) if field.purpose else "",
        note=str(field.note) if field.note else "",
        depth=depth,
    )


def _demand(field: FieldDefinition, *, is_key: bool) -> str:
    if is_key:
        return _("主键，必填")
    if field.required:
        return _("必填")
    return _("建议填") if field.advised else _("可空")
