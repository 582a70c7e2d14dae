"""The columns of the enterprise list: one definition for the page and for its export."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from operator import attrgetter
from typing import Any

from sqlalchemy.orm import Session

from app.doors.lists.columns import TableColumn
from app.enterprises.domain.capital import unread_capital
from app.enterprises.fields import ENTERPRISE
from app.enterprises.models import Certificate, Enterprise, EnterpriseTag
from app.enterprises.queries import list_tags, list_valid_certificates
from app.kit import fields
from app.kit.clock import shanghai
from app.kit.fields import Field, FieldKind
from app.kit.i18n import N_
from app.kit.money import WAN, in_wan
from app.kit.written.amounts import YUAN
from app.reference.queries import list_industry_names, list_region_names
from app.web.shared.enterprise_words import (
    EnterpriseWords,
    above_scale_text,
    capital_text,
    certificate_badge,
    gone_badge,
    tag_texts,
)


class _FirmLookups:
    """What is asked once for many firms, and only if a column shows it."""

    def __init__(self, session: Session, firms: Sequence[Enterprise], known: EnterpriseWords, on: date) -> None:
        self.known, self.on = known, on
        self._session, self._firms = session, firms

    @cached_property
    def tags(self) -> Mapping[int, list[EnterpriseTag]]:
        """The tags of each firm."""
        return list_tags(self._session, [firm.id for firm in self._firms])

    @cached_property
    def certificates(self) -> Mapping[int, list[Certificate]]:
        """The valid certificates of each firm."""
        return list_valid_certificates(self._session, [firm.id for firm in self._firms], self.on)

    @cached_property
    def regions(self) -> Mapping[str, str]:
        """The names of divisions, and of the counties that they lie in."""
        codes = {firm.region_code for firm in self._firms}
        return list_region_names(self._session, codes | {code[:_COUNTY_DIGITS] for code in codes})

    @cached_property
    def industries(self) -> Mapping[str, str]:
        """The names of classes."""
        return list_industry_names(self._session, {firm.industry_code for firm in self._firms})


class EnterpriseRow:
    """One firm as lists show it; a column that is not shown costs nothing."""

    __slots__ = ("_lookups", "enterprise")

    def __init__(self, enterprise: Enterprise, lookups: _FirmLookups) -> None:
        self.enterprise = enterprise
        self._lookups = lookups

    @property
    def region(self) -> str:
        """Where it lies."""
        return self._lookups.regions.get(self.enterprise.region_code, "")

    @property
    def place(self) -> str:
        """The same within its county."""
        region = self.region
        return (
            region.removeprefix(self._lookups.regions.get(self.enterprise.region_code[:_COUNTY_DIGITS], "")) or region
        )

    @property
    def field(self) -> str:
        """Its technical field with the one above it."""
        return self._lookups.known.field_label(self.enterprise.field_code)

    @property
    def field_short(self) -> str:
        """Its technical field alone."""
        return self._lookups.known.field_short(self.enterprise.field_code)

    @property
    def park(self) -> str:
        """The park that it lies in."""
        return self._lookups.known.park_label(self.enterprise.park_code)

    @property
    def industry(self) -> str:
        """Its class of industry; the code where that is not on file."""
        code = self.enterprise.industry_code
        return self._lookups.industries.get(code, code)

    @property
    def scale(self) -> str:
        """Its size."""
        return self._lookups.known.label("scale", self.enterprise.scale)

    @property
    def business_status(self) -> str:
        """Whether it is in business."""
        return self._lookups.known.label("business_status", self.enterprise.business_status)

    @property
    def gone(self) -> tuple[str, str] | None:
        """That it is gone, as a badge."""
        return gone_badge(self.enterprise, self._lookups.known)

    @property
    def above_scale(self) -> str:
        """Whether it reports to the statistics office."""
        return above_scale_text(self.enterprise.above_scale)

    @property
    def capital(self) -> str:
        """Its registered capital in words."""
        return capital_text(self.enterprise, self._lookups.known)

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags that hold."""
        held = self._lookups.tags.get(self.enterprise.id)
        return tag_texts(held, self._lookups.known, self._lookups.on) if held else ()

    @property
    def certificates(self) -> tuple[tuple[str, str], ...]:
        """Its valid certificates as badges."""
        held = self._lookups.certificates.get(self.enterprise.id)
        return tuple(certificate_badge(one, self._lookups.known, self._lookups.on) for one in held) if held else ()

    @property
    def certificate_numbers(self) -> tuple[str, ...]:
        """Their numbers."""
        held = self._lookups.certificates.get(self.enterprise.id)
        return tuple(certificate.number for certificate in held) if held else ()


Column = TableColumn[EnterpriseRow]

#: Columns that are no field of the firm's own table, and how the cells of fields are told that are more than their value.
_OTHERS = (
    Column(N_("标签"), lambda row: "、".join(row.tags), code="tags", fills="tag.tag", parted="、"),
    Column(
        N_("有效证书"),
        lambda row: "、".join(row.certificate_numbers),
        code="certificate",
        fills="certificate.number",
        parted="、",
    ),
    Column(
        N_("更新日期"),
        lambda row: shanghai(row.enterprise.updated_at).date(),
        code="updated",
        sort="updated",
        default=False,
    ),
)
_CELLS: Mapping[str, Callable[[EnterpriseRow], Any]] = {
    **{code: attrgetter(code) for code in ("region", "park", "field", "industry", "scale", "above_scale")},
    "status": attrgetter("business_status"),
    "capital": lambda row: _capital(row),
}
#: What an edited export fills, where the first heading of the field is another.
_RETURNING = {"region_code": "region"}
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
        cell=_CELLS.get(reported.code, attrgetter(f"enterprise.{field.name}")),
        sort=reported.sort,
        number=field.kind is FieldKind.MONEY,
        default=reported.default,
        export_label=reported.export_label,
        badge=reported.badge,
        fills=_RETURNING.get(field.name) or field.headings[0].code or field.name,
        unit=WAN if field.kind is FieldKind.MONEY else "",
    )


COLUMNS = _columns()
_COUNTY_DIGITS = 6


def rows_of(session: Session, firms: Sequence[Enterprise], known: EnterpriseWords, on: date) -> list[EnterpriseRow]:
    """The firms as rows; the number of queries does not depend on their number."""
    lookups = _FirmLookups(session, firms, known, on)
    return [EnterpriseRow(firm, lookups) for firm in firms]


def _capital(row: EnterpriseRow) -> Decimal | str:
    """The amount in 万元 as a number; another currency, and what could not be read, as the words that say so."""
    firm = row.enterprise
    if firm.capital_fen is None:
        return unread_capital(firm.capital_text)
    return in_wan(firm.capital_fen) if firm.capital_currency in ("", YUAN) else row.capital
