"""Which columns a list may have: their names in real files, and the fields they fill."""

from dataclasses import dataclass, replace

from app.enterprises.fields import ENTERPRISE
from app.enterprises.imports.domain import ImportKind
from app.enterprises.imports.shapes.head_text import PEOPLE
from app.enterprises.part_fields import FIGURES
from app.kit.fields import FieldKind, FieldTable
from app.kit.i18n import N_


@dataclass(frozen=True)
class ImportField:
    """One field that a column can fill; the first of `headers` is the one that templates carry.

    `yearly`: a head may name its year, as `2021年营业收入` does, so that one row tells several years. `stored` is what the record
    calls it, where that is another name.
    """

    code: str
    label: str
    headers: tuple[str, ...]
    required: bool = False
    unit: str = ""
    example: str = ""
    yearly: bool = False
    stored: str = ""

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


def columns_of(table: FieldTable, *, by_year: bool = False) -> tuple[ImportField, ...]:
    """The columns that fill the fields of a table, in its order; `by_year`: a head may name the year of an amount."""
    units = {FieldKind.MONEY: "元", FieldKind.PEOPLE: PEOPLE}
    return tuple(
        ImportField(
            code=heading.code or field.name,
            label=heading.label,
            headers=heading.headers,
            required=heading.required,
            unit="" if field.bundle else units.get(field.kind, ""),
            example=heading.example,
            yearly=by_year and field.kind in units,
            stored=field.name,
        )
        for field in table
        for heading in field.headings
    )


ENTERPRISE_FIELDS = columns_of(ENTERPRISE)
YEARLY_FIELDS = columns_of(FIGURES, by_year=True)
_KNOWN = {field.code: field for field in ENTERPRISE_FIELDS}
FIGURES_FIELDS = (_KNOWN["uscc"], replace(_KNOWN["name"], required=False), *YEARLY_FIELDS)

FIELDS = {ImportKind.ENTERPRISES: ENTERPRISE_FIELDS, ImportKind.FIGURES: FIGURES_FIELDS}
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
