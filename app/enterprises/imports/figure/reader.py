"""A row of a list of yearly figures, cell by cell. An empty cell is unknown, never zero."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.domain.figures import E4, rd_known
from app.enterprises.domain.names import normalise_name
from app.enterprises.imports.reasons import RowReason
from app.enterprises.imports.row_reader import Parsed, SourceRow, firm_key
from app.enterprises.part_fields import FIGURE_NAMES, FIGURES
from app.kit.fields import FieldKind
from app.kit.written.amounts import NO_UNIT, YUAN, read_amount
from app.reference.models import Term

FIRST_YEAR = 1980
IMPORTED_SOURCE = "import"
_BASES = {
    "hte": "HTE",
    "高企": "HTE",
    "高企认定": "HTE",
    "认定": "HTE",
    "tax": "TAX",
    "税务": "TAX",
    "加计扣除": "TAX",
    "stat": "STAT",
    "统计": "STAT",
}
_MAX_PEOPLE = 10_000_000
_DIGITS = 20
_YEAR = re.compile(r"(\d{4})(年度|年)?")
_PEOPLE = re.compile(r"人$")


@dataclass(frozen=True)
class FigureTables:
    """The sources by every name they go by, and the latest year that can have figures."""

    sources: Mapping[str, str]
    this_year: int


def load_figure_tables(session: Session, *, this_year: int) -> FigureTables:
    """Read the code table once."""
    rows = session.execute(select(Term.code, Term.name_zh, Term.name_en).where(Term.vocabulary == "figure_source"))
    return FigureTables({name.lower(): code for code, zh, en in rows for name in (code, zh, en)}, this_year)


def parse_figures(source: SourceRow, tables: FigureTables) -> Parsed:
    """Everything that the row says about one firm's year."""
    parsed = Parsed(source, name=normalise_name(source.texts.get("name", "")))
    if source.problem:
        parsed.refusals.append(source.problem)
        return parsed
    _read_key(parsed, tables)
    for name in FIGURE_NAMES:
        if text := source.texts.get(name, ""):
            _read_figure(parsed, name, text)
    if not any(name in parsed.values for name in FIGURE_NAMES):
        parsed.refusals.append(RowReason("figures.none"))
    _doubt(parsed)
    return parsed


def figures_key(source: SourceRow, tables: FigureTables) -> str:
    """Firm, year, basis and source: what a record of figures is known by; "" when one of them cannot be told."""
    year, basis = _read_year(source, tables), _read_basis(source)
    firm = firm_key(source)
    return f"{firm}|{year}|{basis}|{_read_source(source, tables)}" if firm and year and basis else ""


def _read_key(parsed: Parsed, tables: FigureTables) -> None:
    source = parsed.source
    if year := _read_year(source, tables):
        parsed.values["year"] = year
    else:
        parsed.refusals.append(RowReason("year.missing"))
    if basis := _read_basis(source):
        parsed.values["basis"] = basis
    else:
        parsed.refusals.append(RowReason("basis.missing"))
    parsed.values["source"] = _read_source(source, tables)
    text = source.texts.get("source", "")
    if text and text.lower() not in tables.sources:
        parsed.unread["source"] = text
        parsed.remarks.append(RowReason("source.unknown", {"text": text[:60]}))


def _read_year(source: SourceRow, tables: FigureTables) -> int:
    """The year; 0 where none that can have figures is told."""
    found = _YEAR.fullmatch(_fold(source.texts.get("year", "")))
    return int(found[1]) if found and FIRST_YEAR <= int(found[1]) <= tables.this_year else 0


def _read_basis(source: SourceRow) -> str:
    return _BASES.get(_fold(source.texts.get("basis", "")).removesuffix("口径"), "")


def _read_source(source: SourceRow, tables: FigureTables) -> str:
    return tables.sources.get(source.texts.get("source", "").lower(), IMPORTED_SOURCE)


def _read_figure(parsed: Parsed, name: str, text: str) -> None:
    field = FIGURES[name]
    if field.kind is FieldKind.PEOPLE:
        value, reason = _read_people(text), "unread"
    else:
        value, reason = read_yuan(text, parsed.source.units.get(name, ""))
    if value is None:
        parsed.leave_empty(name, text, reason=reason)
    elif value < 0 and not field.signed:
        parsed.leave_empty(name, text, reason="negative")
    else:
        parsed.values[name] = value


def read_yuan(text: str, unit: str) -> tuple[int | None, str]:
    """The amount in 分, or the reason why there is none; registers keep renminbi only."""
    found = read_amount(text, unit=unit)
    if found.fen is not None and found.currency == YUAN:
        return found.fen, ""
    return None, "unit.missing" if found.remark == NO_UNIT else "unread"


def _read_people(text: str) -> int | None:
    if text.isascii() and text.isdecimal() and len(text) <= _DIGITS:
        return int(text) * E4 if int(text) <= _MAX_PEOPLE else None
    try:
        scaled = Decimal(_PEOPLE.sub("", _fold(text)).replace(",", "")) * E4
    except InvalidOperation:
        return None
    whole = scaled.is_finite() and scaled == scaled.to_integral_value() and abs(scaled) <= _MAX_PEOPLE * E4
    return int(scaled) if whole else None


def _doubt(parsed: Parsed) -> None:
    revenue, spent = (
        parsed.values.get("sales_revenue_fen"),
        (rd_known(parsed.values), parsed.values.get("rd_total_fen")),
    )
    if revenue is not None and any(amount is not None and amount > revenue for amount in spent):
        parsed.remarks.append(RowReason("rd.exceeds"))


@lru_cache(maxsize=256)
def _fold(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).lower()
