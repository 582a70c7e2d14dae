"""What is wrong with a record before it leaves. Pure: a record comes as values by field name, as they are kept."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from app.exchange.domain import TEXTUAL, FieldDefinition, FieldType, ResourceDefinition
from app.kit.i18n import N_, _


class FindingCode(StrEnum):
    """What can be found. `BLOCKING` keeps a record here; the others are advice."""

    MISSING = "missing"
    CODE = "code"
    LENGTH = "length"
    FORM = "form"
    UNCONFIRMED = "unconfirmed"
    ADVISED = "advised"
    REGION = "region"
    FIGURES = "figures"
    CERTIFICATE = "certificate"


BLOCKING = frozenset(
    {FindingCode.MISSING, FindingCode.CODE, FindingCode.LENGTH, FindingCode.FORM, FindingCode.UNCONFIRMED}
)

#: What is found, for headings and filters.
FINDING_LABELS = {
    FindingCode.MISSING: N_("缺必填项"),
    FindingCode.CODE: N_("代码对方不认"),
    FindingCode.LENGTH: N_("文字过长"),
    FindingCode.FORM: N_("格式不符"),
    FindingCode.UNCONFIRMED: N_("信用代码待确认"),
    FindingCode.ADVISED: N_("建议补充"),
    FindingCode.REGION: N_("辖区未知"),
    FindingCode.FIGURES: N_("缺年度数据"),
    FindingCode.CERTIFICATE: N_("证书已过期"),
}


class MendKind(StrEnum):
    """Where a finding is mended: on the firm's page, the case's page, the record's own page, in the table of codes."""

    ENTERPRISE = "enterprise"
    CASE = "case"
    RECORD = "record"
    CODES = "codes"


@dataclass(frozen=True)
class Mend:
    """A place to mend: `key` is the firm's code, the case's number, the record's key or the resource; `section` a part of the page."""

    kind: MendKind
    key: str
    section: str = ""


@dataclass(frozen=True)
class PreflightFinding:
    """One thing found. `field` is the partner's name (`figures.year` inside a list), empty where none is meant."""

    code: FindingCode
    field: str
    words: str
    mend: Mend

    @property
    def blocks(self) -> bool:
        """Whether the record cannot leave like this."""
        return self.code in BLOCKING


@dataclass(frozen=True)
class RecordFindings:
    """What was found about one record, in the order of its fields."""

    row_id: int
    key: str
    label: str
    findings: tuple[PreflightFinding, ...]

    @property
    def blocks(self) -> tuple[PreflightFinding, ...]:
        """What keeps it here."""
        return tuple(finding for finding in self.findings if finding.blocks)

    @property
    def advice(self) -> tuple[PreflightFinding, ...]:
        """What would be better."""
        return tuple(finding for finding in self.findings if not finding.blocks)


@dataclass(frozen=True)
class FindingCount:
    """How many records have one finding in one field."""

    code: FindingCode
    field: str
    records: int


@dataclass(frozen=True)
class Report:
    """What was found about `checked` records: only those about which something was."""

    checked: int
    records: tuple[RecordFindings, ...]

    @property
    def blocked(self) -> int:
        """How many records cannot leave."""
        return sum(1 for record in self.records if record.blocks)

    @property
    def advised(self) -> int:
        """How many can leave though something would be better."""
        return sum(1 for record in self.records if not record.blocks)

    def tallies(self) -> tuple[FindingCount, ...]:
        """Each finding and field with its number of records: what blocks first, then the most frequent."""
        counts: dict[tuple[FindingCode, str], set[int]] = {}
        for record in self.records:
            for finding in record.findings:
                counts.setdefault((finding.code, finding.field), set()).add(record.row_id)
        tallies = [FindingCount(code, name, len(rows)) for (code, name), rows in counts.items()]
        return tuple(
            sorted(tallies, key=lambda each: (each.code not in BLOCKING, -each.records, each.code, each.field))
        )


@dataclass(frozen=True)
class PreflightContext:
    """What lies around a record and may be doubtful: its firm, the years a case is about, what has run out."""

    uscc: str = ""
    label: str = ""
    case: str = ""
    confirmed: bool = True
    region_known: bool = True
    years_missing: tuple[int, ...] = ()
    expired: Mapping[str, date] = field(default_factory=dict)


#: Which page shows the records of a resource: the firm's (and its section), or the case's; any other has a page of its own.
_HOMES = {
    "enterprises": (MendKind.ENTERPRISE, ""),
    "figures": (MendKind.ENTERPRISE, "figures"),
    "properties": (MendKind.ENTERPRISE, "properties"),
    "verdicts": (MendKind.ENTERPRISE, "standing"),
    "cases": (MendKind.CASE, ""),
    "milestones": (MendKind.CASE, ""),
}


@dataclass(frozen=True)
class Checker:
    """Looks at records of one resource through its definition."""

    resource: str
    definition: ResourceDefinition

    def findings(self, key: str, record: Mapping[str, Any], around: PreflightContext) -> tuple[PreflightFinding, ...]:
        """Everything found about one record."""
        home = self._home(key, around)
        return (*self._of_fields(self.definition.fields, record, home, ""), *self._of_firm(around, home))

    def _home(self, key: str, around: PreflightContext) -> Mend:
        kind, section = _HOMES.get(self.resource, (MendKind.RECORD, ""))
        if kind is MendKind.ENTERPRISE and around.uscc:
            return Mend(kind, around.uscc, section)
        if kind is MendKind.CASE and around.case:
            return Mend(kind, around.case, section)
        return Mend(MendKind.RECORD, key, self.resource)

    def _of_fields(
        self, fields: Sequence[FieldDefinition], values: Mapping[str, Any], home: Mend, path: str
    ) -> Iterator[PreflightFinding]:
        for definition in fields:
            value, name = values.get(definition.name), path + definition.name
            mend = (
                home
                if path or home.section or definition.type is not FieldType.RECORDS
                else self._part(home, definition)
            )
            if definition.type is FieldType.RECORDS and value:
                for row in value:
                    yield from self._of_fields(definition.fields, row, mend, f"{name}.")
            else:
                yield from self._of_value(definition, value, name, mend)

    def _part(self, home: Mend, definition: FieldDefinition) -> Mend:
        return Mend(home.kind, home.key, definition.source) if home.kind is MendKind.ENTERPRISE else home

    def _of_value(self, definition: FieldDefinition, value: Any, name: str, mend: Mend) -> Iterator[PreflightFinding]:
        title = {"field": definition.title}
        if value is None or value == "" or value == []:
            if definition.required:
                yield PreflightFinding(FindingCode.MISSING, name, _("缺“%(field)s”，对方要求必填。") % title, mend)
            elif definition.advised:
                yield PreflightFinding(FindingCode.ADVISED, name, _("缺“%(field)s”，对方建议填写。") % title, mend)
        elif not definition.knows(value):
            words = _("“%(field)s”的代码“%(code)s”不在对方的代码对照中。") % (title | {"code": value})
            yield PreflightFinding(FindingCode.CODE, name, words, Mend(MendKind.CODES, self.resource, name))
        elif definition.type in TEXTUAL and not definition.codes:
            yield from self._of_text(definition, str(value), name, mend)

    def _of_text(self, definition: FieldDefinition, text: str, name: str, mend: Mend) -> Iterator[PreflightFinding]:
        title = {"field": definition.title}
        if definition.max_length is not None and len(text) > definition.max_length:
            lengths = {"most": definition.max_length, "n": len(text)}
            words = _("“%(field)s”有 %(n)s 个字，对方最多收 %(most)s 个。") % (title | lengths)
            yield PreflightFinding(FindingCode.LENGTH, name, words, mend)
        elif not definition.allows(text):
            words = _("“%(field)s”的内容“%(text)s”不合对方要求的格式。") % (title | {"text": text})
            yield PreflightFinding(FindingCode.FORM, name, words, mend)

    def _of_firm(self, around: PreflightContext, home: Mend) -> Iterator[PreflightFinding]:
        firm = Mend(MendKind.ENTERPRISE, around.uscc)
        if not around.confirmed:
            words = _("统一社会信用代码 %(code)s 校验不符，尚未人工确认。") % {"code": around.uscc}
            yield PreflightFinding(FindingCode.UNCONFIRMED, "", words, Mend(firm.kind, firm.key, "code"))
        if not around.region_known:
            yield PreflightFinding(FindingCode.REGION, "", _("企业的行政区划未知，对方无法归口。"), firm)
        if around.years_missing:
            years = "、".join(str(year) for year in around.years_missing)
            words = _("缺 %(years)s 年度数据，对方无法核对该件。") % {"years": years}
            yield PreflightFinding(FindingCode.FIGURES, "", words, Mend(firm.kind, firm.key, "figures"))
        for number, day in around.expired.items():
            words = _("证书 %(number)s 已于 %(day)s 到期，没有更新的证书。") % {
                "number": number,
                "day": day.isoformat(),
            }
            yield PreflightFinding(FindingCode.CERTIFICATE, "", words, Mend(firm.kind, firm.key, "certificates"))
