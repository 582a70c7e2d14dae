"""The columns of the enterprise list: one definition for the page and for its export."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.doors.lists.columns import TableColumn
from app.enterprises.domain.capital import unread_capital
from app.enterprises.fields import ENTERPRISE
from app.enterprises.models import Certificate, Enterprise, EnterpriseTag
from app.enterprises.queries import list_tags, list_valid_certificates
from app.kit import fields
from app.kit.amounts import YUAN
from app.kit.clock import shanghai
from app.kit.fields import Field, FieldKind
from app.kit.i18n import N_
from app.kit.money import in_wan
from app.reference.queries import list_industry_names, list_region_names
from app.web.shared.enterprise_words import (
    EnterpriseWords,
    above_scale_text,
    capital_text,
    certificate_badge,
    tag_texts,
)


@dataclass(frozen=True)
class EnterpriseRow:
    """One firm as lists show it."""

    enterprise: Enterprise
    region: str
    place: str
    field: str
    field_short: str
    park: str
    industry: str
    scale: str
    above_scale: str
    capital: str
    tags: tuple[str, ...]
    certificates: tuple[tuple[str, str], ...]
    certificate_numbers: tuple[str, ...]


Column = TableColumn[EnterpriseRow]

#: Columns that are no field of the firm's own table, and how the cells of fields are told that are more than their value.
_OTHERS = (
    Column(N_("标签"), lambda row: "、".join(row.tags), code="tags"),
    Column(N_("有效证书"), lambda row: "、".join(row.certificate_numbers), code="certificate"),
    Column(
        N_("更新日期"),
        lambda row: shanghai(row.enterprise.updated_at).date(),
        code="updated",
        sort="updated",
        default=False,
    ),
)
_CELLS: Mapping[str, Callable[[EnterpriseRow], Any]] = {
    "region": lambda row: row.region,
    "park": lambda row: row.park,
    "field": lambda row: row.field,
    "industry": lambda row: row.industry,
    "scale": lambda row: row.scale,
    "above_scale": lambda row: row.above_scale,
    "capital": lambda row: _capital(row),
}
#: The order that people know; what it does not name comes before the last.
_ORDER = ("name", "uscc", "region", "park", "field", "industry", "tags", "certificate", "scale", "above_scale",
          "registered", "capital", "legal", "address")  # fmt: skip


def _columns() -> tuple[Column, ...]:
    """The columns of the fields that have one, and the others, in the order that people know."""
    found = [_of_field(field, field.column) for field in ENTERPRISE if field.column]
    found += _OTHERS
    places = {code: place for place, code in enumerate(_ORDER)} | {"updated": len(_ORDER) + 1}
    return tuple(sorted(found, key=lambda column: places.get(column.code, len(_ORDER))))


def _of_field(field: Field, reported: fields.ListColumn) -> Column:
    return Column(
        code=reported.code,
        label=reported.label or field.label,
        cell=_CELLS.get(reported.code, lambda row: getattr(row.enterprise, field.name)),
        sort=reported.sort,
        number=field.kind is FieldKind.MONEY,
        default=reported.default,
        export_label=reported.export_label,
    )


COLUMNS = _columns()
_COUNTY_DIGITS = 6


def rows_of(session: Session, firms: Sequence[Enterprise], known: EnterpriseWords, on: date) -> list[EnterpriseRow]:
    """The firms as rows; the number of queries does not depend on their number."""
    ids = [firm.id for firm in firms]
    tags, certificates = list_tags(session, ids), list_valid_certificates(session, ids, on)
    codes = {firm.region_code for firm in firms}
    places = list_region_names(session, codes | {code[:_COUNTY_DIGITS] for code in codes})
    industries = list_industry_names(session, {firm.industry_code for firm in firms})
    return [
        _row(firm, (tags.get(firm.id, []), certificates.get(firm.id, [])), (places, industries), known, on)
        for firm in firms
    ]


def _row(
    firm: Enterprise,
    held: tuple[list[EnterpriseTag], list[Certificate]],
    names: tuple[dict[str, str], dict[str, str]],
    known: EnterpriseWords,
    on: date,
) -> EnterpriseRow:
    region, county = (names[0].get(code, "") for code in (firm.region_code, firm.region_code[:_COUNTY_DIGITS]))
    return EnterpriseRow(
        enterprise=firm,
        region=region,
        place=region.removeprefix(county) or region,
        field=known.field_label(firm.field_code),
        field_short=known.field_short(firm.field_code),
        park=known.park_label(firm.park_code),
        industry=names[1].get(firm.industry_code, firm.industry_code),
        scale=known.label("scale", firm.scale),
        above_scale=above_scale_text(firm.above_scale),
        capital=capital_text(firm, known),
        tags=tag_texts(held[0], known, on),
        certificates=tuple(certificate_badge(certificate, known, on) for certificate in held[1]),
        certificate_numbers=tuple(certificate.number for certificate in held[1]),
    )


def _capital(row: EnterpriseRow) -> Decimal | str:
    """The amount in 万元 as a number; another currency, and what could not be read, as the words that say so."""
    firm = row.enterprise
    if firm.capital_fen is None:
        return unread_capital(firm.capital_text)
    return in_wan(firm.capital_fen) if firm.capital_currency in ("", YUAN) else row.capital
