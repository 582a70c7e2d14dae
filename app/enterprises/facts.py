"""What the register tells the policies about firms; each basis (certification, tax) has facts of its own.

Unknown stays unknown: an empty list of rights, conversions, standards or breaches is not knowledge. Whoever knows that
there are none says so in a dated statement, which the policies keep.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

import numpy as np
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.enterprises import rights_facts
from app.enterprises.complete_lists.absence import Unlisted, absences
from app.enterprises.complete_lists.queries import list_in_force
from app.enterprises.domain.figures import RD_INTERNAL
from app.enterprises.holdings import (
    FiguresOnFile,
    Identities,
    read_figures,
    read_identities,
    read_products,
    read_rights,
)
from app.enterprises.models import Conversion
from app.enterprises.status_facts import read_status
from app.kit.facts.owners import Owners, owned
from app.kit.facts.values import FactName, FactTable, FactValues
from app.kit.facts.whole_numbers import NOT_KNOWN, Numbers
from app.kit.i18n import N_

WINDOW_YEARS = 3
COUNTY_DIGITS = 6

_BY_YEAR = {
    "sales_revenue": "sales_revenue_fen",
    "total_income": "total_income_fen",
    "high_tech_income": "high_tech_income_fen",
    "net_assets": "net_assets_fen",
    "rd_outsourced_domestic": "rd_outsourced_domestic_fen",
    "rd_outsourced_overseas": "rd_outsourced_overseas_fen",
    "rd_staff_by_year": "rd_staff_average_e4",
}
_BY_YEAR_TAX = {
    "tax_sales_revenue": "sales_revenue_fen",
    "tax_rd_outsourced_domestic": "rd_outsourced_domestic_fen",
    "tax_rd_outsourced_overseas": "rd_outsourced_overseas_fen",
}
_STAFF = {"staff_average": "staff_average_e4", "rd_staff_average": "rd_staff_average_e4"}
_STAFF_TAX = {"sme_staff": "staff_average_e4", "sme_rd_staff": "rd_staff_average_e4"}
_IDENTITY = N_("企业库 基本信息")
_FIGURES = N_("企业库 年度数据（高企认定口径）")
_FIGURES_TAX = N_("企业库 年度数据（税务口径）")
_BALANCE = N_("企业库 年度数据")
_PROPERTY = N_("企业库 知识产权")
_PRODUCTS = N_("企业库 产品与关联知识产权")
_CONVERSIONS = N_("企业库 成果转化")
_STANDARDS = N_("企业库 标准")
_COMPLIANCE = N_("企业库 合规事件")
_CERTIFICATES = N_("企业库 证书")
_TAGS = N_("企业库 标签")

_CODES_BY_SOURCE: Mapping[str, Iterable[str]] = {
    _IDENTITY: (
        *("registered_on", "core_field", "registered_county", "industry_section", "above_scale"),
        *("resident_enterprise", "legal_person"),
    ),
    _FIGURES: (*_STAFF, *_BY_YEAR, "rd_internal_items"),
    _FIGURES_TAX: (*_STAFF_TAX, *_BY_YEAR_TAX, "tax_rd_internal_items"),
    _BALANCE: ("total_assets",),
    _PROPERTY: ("ip_class1", "ip_class2", "ip_granted", "ip_self_developed"),
    _PRODUCTS: ("ip_main_product_supported",),
    _CONVERSIONS: ("conversions",),
    _STANDARDS: ("standards_led", "standards_led_in_five_years"),
    _CERTIFICATES: (
        *("high_tech_certificate", "technology_sme_number", "joint_centre_filed"),
        *("rd_institute_recognised", "national_award_in_five_years"),
    ),
    _TAGS: ("specialised_or_champion",),
    _COMPLIANCE: ("accident_in_last_year", "breach_in_two_years", "larger_accident_in_three_years"),
}

Told = Iterator[tuple[FactName, FactValues]]


class RegisterFacts:
    """The register as a provider of facts."""

    codes: Mapping[str, str] = {code: place for place, codes in _CODES_BY_SOURCE.items() for code in codes}

    def provide(self, session: Session, firms: Owners, on: date) -> FactTable:
        """What is on file for an application made on `on`."""
        figures = read_figures(session, firms, ("HTE", "TAX"), range(on.year - WINDOW_YEARS, on.year))
        identities = read_identities(session, firms)
        return {
            **dict(_identity(identities)),
            **dict(_figures(figures)),
            **dict(_property(session, firms, figures, on)),
            **dict(_status(session, firms, identities.regions, on)),
            **dict(_conversions(session, firms, figures.years)),
        }


PROVIDER = RegisterFacts()


def _identity(found: Identities) -> Told:
    yield ("registered_on", None, None), FactValues(found.registered_on)
    yield ("core_field", None, None), _codes(found.fields)
    yield ("registered_county", None, None), _codes(found.regions, _county)
    yield ("industry_section", None, None), _codes(found.industry_sections)
    yield ("above_scale", None, None), FactValues(found.above_scale)


def _county(region_code: str) -> str:
    """The county-level division; "" where the place is not known that closely."""
    return region_code[:COUNTY_DIGITS] if len(region_code) >= COUNTY_DIGITS else ""


def _status(session: Session, firms: Owners, regions: Sequence[str], on: date) -> Told:
    """What rows prove, and what complete lists deny of who is not on them."""
    lists = list_in_force(session)
    found = read_status(session, firms, on, lists)
    absent = absences(session, lists, regions, Unlisted(found.possible, found.doubted), on) if lists else {}
    for code in dict.fromkeys((*found.proved, *absent)):
        proved = found.proved.get(code)
        yield (code, None, None), FactValues(firms.unknown() if proved is None else proved, absence=absent.get(code))


def _codes(given: Iterable[str], shortened: Callable[[str], str] = str) -> FactValues:
    """A column of codes; "" is not known."""
    words = list(dict.fromkeys(given))
    codes = list(dict.fromkeys(filter(None, map(shortened, words))))
    place_of = {code: place for place, code in enumerate(codes)} | {"": NOT_KNOWN}
    place_of_word = {word: place_of[shortened(word)] for word in words}
    return FactValues(np.array([place_of_word[word] for word in given], np.int64), codes)


def _figures(found: FiguresOnFile) -> Told:
    last = found.years[-1]
    for year in found.years:
        for code, name in _BY_YEAR.items():
            yield (code, year, None), FactValues(found.column("HTE", year, name))
        for code, name in _BY_YEAR_TAX.items():
            yield (code, year, None), FactValues(found.column("TAX", year, name))
        for part, name in enumerate(RD_INTERNAL, start=1):
            yield ("rd_internal_items", year, part), FactValues(found.column("HTE", year, name))
            yield ("tax_rd_internal_items", year, part), FactValues(found.column("TAX", year, name))
        yield ("total_assets", year, None), FactValues(_total_assets(found, year))
    for code, name in _STAFF.items():
        yield (code, None, None), FactValues(found.column("HTE", last, name))
    for code, name in _STAFF_TAX.items():
        yield (code, None, None), FactValues(found.column("TAX", last, name))


def _total_assets(found: FiguresOnFile, year: int) -> Numbers:
    """On the tax basis first."""
    of_tax, otherwise = (found.column(basis, year, "total_assets_fen") for basis in ("TAX", "HTE"))
    return np.where(of_tax == NOT_KNOWN, otherwise, of_tax)


def _property(session: Session, firms: Owners, figures: FiguresOnFile, on: date) -> Told:
    last = figures.years[-1]
    rights, products = read_rights(session, firms), read_products(session, firms, last)
    high_tech = figures.column("HTE", last, "high_tech_income_fen")
    yield ("ip_class1", None, None), FactValues(rights_facts.of_class(firms, rights, 1, on))
    yield ("ip_class2", None, None), FactValues(rights_facts.of_class(firms, rights, 2, on))
    for year in figures.years:
        yield ("ip_granted", year, None), FactValues(rights_facts.granted_in(firms, rights, year))
    yield ("ip_self_developed", None, None), FactValues(rights_facts.self_developed(firms, rights, on))
    supported = rights_facts.main_products_supported(firms, products, high_tech, on)
    yield ("ip_main_product_supported", None, None), FactValues(supported)


_CONVERTED = (
    select(Conversion.enterprise_id, Conversion.year, func.count().label("number"))
    .where(owned(Conversion.enterprise_id), Conversion.year.between(bindparam("first"), bindparam("last")))
    .group_by(Conversion.enterprise_id, Conversion.year)
)


def _conversions(session: Session, firms: Owners, years: range) -> Told:
    at, of_year, number = firms.read(session, _CONVERTED, first=years.start, last=years.stop - 1)
    for year in years:
        column = firms.unknown()
        column[at[of_year == year]] = number[of_year == year]
        yield ("conversions", year, None), FactValues(column)
