"""Which columns a list may have: their names in real files, and the fields they fill."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from app.enterprises.fields import ENTERPRISE
from app.enterprises.imports.domain import ImportKind
from app.enterprises.part_fields import FIGURES
from app.kit.amounts import unit_of
from app.kit.fields import FieldKind, FieldTable
from app.kit.i18n import N_


@dataclass(frozen=True)
class ImportField:
    """One field that a column can fill; the first of `headers` is the one that templates carry.

    `yearly`: a head may name its year, as `2021年营业收入` does, so that one row tells several years.
    """

    code: str
    label: str
    headers: tuple[str, ...]
    required: bool = False
    unit: str = ""
    example: str = ""
    yearly: bool = False

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
PEOPLE = "人"


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
