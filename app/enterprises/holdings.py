"""What the register holds about firms as far as facts rest on it, read for many firms at once: a query a table, a column a value."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import Any

import numpy as np
from sqlalchemy import Select, and_, bindparam, case, func, select
from sqlalchemy.orm import Session

from app.enterprises.domain.patents import LAPSED
from app.enterprises.models import Enterprise, IntellectualProperty, Product, ProductProperty, YearlyFigures
from app.enterprises.part_fields import FIGURE_NAMES
from app.kit.facts.owners import Owners, owned
from app.kit.facts.whole_numbers import NOT_KNOWN, Flags, Numbers, ordinal
from app.reference.models import Industry, Term

Figures = dict[str, int | None]
Words = Sequence[str]
_NOBODY = (None, None, "", "", "")
_IDENTITIES = (
    select(Enterprise.id, Enterprise.registered_on, Enterprise.above_scale, Enterprise.field_code)
    .add_columns(Enterprise.region_code, func.coalesce(Industry.section, ""))
    .outerjoin(Industry, Industry.code == Enterprise.industry_code)
    .where(owned(Enterprise.id))
)

_REGIONS = select(Enterprise.id, Enterprise.region_code).where(owned(Enterprise.id))


# -- who they are -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Identities:
    """Who the firms are; "" is not known. `industry_sections` are letters of GB/T 4754."""

    registered_on: Numbers
    above_scale: Numbers
    fields: Words
    regions: Words
    industry_sections: Words


def read_identities(session: Session, firms: Owners) -> Identities:
    """Who they are, in the order of the firms."""
    told = {key: tuple(values) for key, *values in firms.rows(session, _IDENTITIES)}
    rows = [told.get(key, _NOBODY) for key in firms.listed]
    days, scales, fields, regions, sections = zip(*rows, strict=True)
    above = [NOT_KNOWN if scale is None else int(scale) for scale in scales]
    registered = np.fromiter(map(ordinal, days), np.int64, len(days))
    return Identities(registered, np.array(above, np.int64), fields, regions, sections)


def read_regions(session: Session, firms: Owners) -> Words:
    """Where the firms are, in their order; "" is not known."""
    told = dict(firms.rows(session, _REGIONS))
    return [told.get(key, "") for key in firms.listed]


# -- yearly figures ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class FiguresOnFile:
    """The figures of some bases and years: `numbers[name][basis, year]` is a column, `told[basis, year]` whether a row is there."""

    bases: Sequence[str]
    years: range
    numbers: dict[str, Numbers]
    told: Flags

    def column(self, basis: str, year: int, name: str) -> Numbers:
        """One figure of every firm."""
        found: Numbers = self.numbers[name][self.bases.index(basis), self.years.index(year)]
        return found


def read_figures(session: Session, firms: Owners, bases: Sequence[str], years: range) -> FiguresOnFile:
    """The figures of these firms; where sources differ, the more binding one speaks, figure by figure."""
    given = {"first": years.start, "last": years.stop - 1}
    at, basis, year, position, key, *values = firms.read(session, _figures(tuple(bases)), **given)
    weakest_first = np.lexsort((-key, -position))  # what is put down last stays
    cells = ((basis * len(years) + year - years.start) * len(firms) + at)[weakest_first]
    shape = (len(bases), len(years), len(firms))
    told = np.zeros(shape, bool)
    told.reshape(-1)[cells] = True
    numbers = {}
    for name, column in zip(FIGURE_NAMES, values, strict=True):
        numbers[name] = np.full(shape, NOT_KNOWN)
        ordered = column[weakest_first]
        known = ordered != NOT_KNOWN
        numbers[name].reshape(-1)[cells[known]] = ordered[known]
    return FiguresOnFile(bases, years, numbers, told)


def figures_by_firm(session: Session, ids: Sequence[int], basis: str, years: range) -> dict[int, dict[int, Figures]]:
    """Each firm's figures on one basis by year, of the years of which a row is on file."""
    firms = Owners(ids)
    found = read_figures(session, firms, [basis], years)
    held: dict[int, dict[int, Figures]] = {key: {} for key in firms.ids.tolist()}
    for year, place in np.argwhere(found.told[0]).tolist():
        values = ((name, int(found.numbers[name][0, year, place])) for name in FIGURE_NAMES)
        figures: Figures = {name: None if value == NOT_KNOWN else value for name, value in values}
        held[int(firms.ids[place])][years[year]] = figures
    return held


@cache
def _figures(bases: Sequence[str]) -> Select[Any]:
    which = case({basis: place for place, basis in enumerate(bases)}, value=YearlyFigures.basis)
    of_source = and_(Term.vocabulary == "figure_source", Term.code == YearlyFigures.source)
    return (
        select(YearlyFigures.enterprise_id, which.label("which"), YearlyFigures.year)
        .add_columns(func.coalesce(Term.position, 999).label("position"), YearlyFigures.id)
        .add_columns(*(getattr(YearlyFigures, name) for name in FIGURE_NAMES))
        .outerjoin(Term, of_source)
        .where(owned(YearlyFigures.enterprise_id), YearlyFigures.basis.in_(bases))
        .where(YearlyFigures.year.between(bindparam("first"), bindparam("last")))
    )


# -- rights and products ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Rights:
    """Rights, in any order: when each was granted, until when it is in force, and whether it is known to have lapsed."""

    granted_on: Numbers
    expires_on: Numbers
    lapsed: Flags

    def in_force(self, on: date) -> Flags:
        """Which are known to be granted and in force on `on`."""
        granted: Flags = self.dated & (self.granted_on <= on.toordinal()) & self._unexpired(on)
        return granted

    def may_be_in_force(self, on: date) -> Flags:
        """Which are in force on `on` if they have been granted, of which nobody told the day."""
        undated: Flags = ~self.dated & self._unexpired(on)
        return undated

    @cached_property
    def dated(self) -> Flags:
        """Of which the day of the grant is known."""
        dated: Flags = self.granted_on != NOT_KNOWN
        return dated

    def _unexpired(self, on: date) -> Flags:
        unexpired: Flags = (self.expires_on == NOT_KNOWN) | (self.expires_on >= on.toordinal())
        return unexpired & ~self.lapsed


@dataclass(frozen=True, eq=False)
class FirmRights(Rights):
    """The rights of some firms: whose each is, its class, how it was acquired."""

    firm: Numbers
    ip_class: Numbers
    own_research: Flags
    acquired_unknown: Flags


_OWN_RESEARCH, _UNKNOWN_ORIGIN, _OTHER_ORIGIN = range(3)
_ORIGIN = case(
    {"own_research": _OWN_RESEARCH, "": _UNKNOWN_ORIGIN}, value=IntellectualProperty.acquired_by, else_=_OTHER_ORIGIN
)
_LAPSED = case((IntellectualProperty.state == LAPSED, 1), else_=0).label("lapsed")
_RIGHTS = (
    select(IntellectualProperty.enterprise_id, IntellectualProperty.ip_class, IntellectualProperty.granted_on)
    .add_columns(IntellectualProperty.expires_on, _LAPSED, _ORIGIN.label("origin"))
    .where(owned(IntellectualProperty.enterprise_id))
)


def read_rights(session: Session, firms: Owners) -> FirmRights:
    """Every right of these firms."""
    firm, ip_class, granted, expires, lapsed, acquired = firms.read(session, _RIGHTS)
    return FirmRights(
        granted, expires, lapsed == 1, firm, ip_class, acquired == _OWN_RESEARCH, acquired == _UNKNOWN_ORIGIN
    )


@dataclass(frozen=True, eq=False)
class ProductLines:
    """The products of a year, each with whose it is; `line` says of each right of `rights` which main product rests on it."""

    firm: Numbers
    is_main: Flags
    is_high_tech: Flags
    revenue_fen: Numbers
    rights: Rights
    line: Numbers

    def with_right(self, chosen: Flags) -> Flags:
        """Which products rest on one of the chosen rights."""
        found: Flags = np.zeros(len(self.firm), bool)
        found[self.line[chosen]] = True
        return found


_PRODUCTS = (
    select(Product.enterprise_id, Product.id, Product.is_main, Product.is_high_tech, Product.revenue_fen)
    .add_columns(IntellectualProperty.id.is_not(None).label("linked"))
    .add_columns(IntellectualProperty.granted_on, IntellectualProperty.expires_on, _LAPSED)
    .outerjoin(ProductProperty, and_(ProductProperty.product_id == Product.id, Product.is_main))
    .outerjoin(IntellectualProperty, IntellectualProperty.id == ProductProperty.property_id)
    .where(owned(Product.enterprise_id), Product.year == bindparam("year"))
)


def read_products(session: Session, firms: Owners, year: int) -> ProductLines:
    """The products of one year, and the rights that give the main ones their core technical support."""
    firm, key, is_main, is_high_tech, revenue, linked, *days = firms.read(session, _PRODUCTS, year=year)
    granted, expires, lapsed = days
    _keys, first, line = np.unique(key, return_index=True, return_inverse=True)
    of_right = linked == 1
    return ProductLines(
        firm=firm[first],
        is_main=is_main[first] == 1,
        is_high_tech=is_high_tech[first] == 1,
        revenue_fen=revenue[first],
        rights=Rights(granted[of_right], expires[of_right], lapsed[of_right] == 1),
        line=line[of_right],
    )
