"""What the register tells the policies about firms; each basis (certification, tax) has facts of its own.

Unknown stays unknown: an empty list of rights, conversions, standards or breaches is not knowledge. Whoever knows that
there are none says so in a dated statement, which the policies keep.

The rules are pure: they decide on a firm's `Holdings`, which `holdings.py` reads for one firm or for thousands.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction

from sqlalchemy.orm import Session

from app.enterprises import rights_facts as rights
from app.enterprises import status_facts
from app.enterprises.domain.figures import E4, RD_INTERNAL
from app.enterprises.holdings import Figures, Holdings, read_figures, read_holdings
from app.kit.facts import FactValue
from app.kit.i18n import N_

WINDOW_YEARS = 3

_BY_YEAR = {
    "sales_revenue": "sales_revenue_fen",
    "total_income": "total_income_fen",
    "high_tech_income": "high_tech_income_fen",
    "net_assets": "net_assets_fen",
    "rd_outsourced_domestic": "rd_outsourced_domestic_fen",
    "rd_outsourced_overseas": "rd_outsourced_overseas_fen",
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

Stated = dict[str, tuple[object, str]]


class RegisterFacts:
    """The register as a provider of facts."""

    codes = frozenset(
        {
            *("registered_on", "core_field", "registered_county", "industry_section", "above_scale"),
            *("resident_enterprise", "legal_person"),
            *_STAFF,
            *_BY_YEAR,
            "rd_internal_items",
            "rd_staff_by_year",
            *_STAFF_TAX,
            *_BY_YEAR_TAX,
            *("tax_rd_internal_items", "total_assets"),
            *("ip_class1", "ip_class2", "ip_granted", "ip_self_developed", "ip_main_product_supported"),
            *("conversions", "standards_led", "standards_led_in_five_years"),
            *("high_tech_certificate", "technology_sme_number", "joint_centre_filed", "specialised_or_champion"),
            *("accident_in_last_year", "breach_in_two_years", "larger_accident_in_three_years"),
        }
    )

    def provide(
        self, session: Session, enterprise_ids: Sequence[int], on: date
    ) -> Mapping[int, Mapping[str, FactValue]]:
        """What is on file for an application made on `on`; a fact left out is not known."""
        held = read_holdings(session, enterprise_ids, range(on.year - WINDOW_YEARS, on.year))
        return {key: facts_from(holdings, on) for key, holdings in held.items()}


PROVIDER = RegisterFacts()


def facts_from(held: Holdings, on: date) -> Mapping[str, FactValue]:
    """What a firm's rows say for an application made on `on`."""
    stated: Stated = {**_identity(held), **_figures(held, on), **_property(held, on), **_record(held, on)}
    return {code: FactValue(value, source) for code, (value, source) in stated.items() if value not in (None, {})}


def _identity(held: Holdings) -> Stated:
    stated = {
        "registered_on": held.registered_on,
        "core_field": held.field_code or None,
        "registered_county": status_facts.county(held),
        "industry_section": held.industry_section or None,
        "above_scale": held.above_scale,
        "resident_enterprise": status_facts.is_company(held),
        "legal_person": status_facts.is_company(held),
    }
    return {code: (value, _IDENTITY) for code, value in stated.items()}


def _figures(held: Holdings, on: date) -> Stated:
    years, tax = held.figures.get("HTE", {}), held.figures.get("TAX", {})
    assets = _column(years, "total_assets_fen") | _column(tax, "total_assets_fen")
    stated: Stated = {code: (_column(years, column), _FIGURES) for code, column in _BY_YEAR.items()}
    stated |= {code: (_column(tax, column), _FIGURES_TAX) for code, column in _BY_YEAR_TAX.items()}
    stated |= {code: (_people(years, column).get(on.year - 1), _FIGURES) for code, column in _STAFF.items()}
    stated |= {code: (_people(tax, column).get(on.year - 1), _FIGURES_TAX) for code, column in _STAFF_TAX.items()}
    return stated | {
        "rd_internal_items": (_items(years), _FIGURES),
        "rd_staff_by_year": (_people(years, "rd_staff_average_e4"), _FIGURES),
        "tax_rd_internal_items": (_items(tax), _FIGURES_TAX),
        "total_assets": (assets, _BALANCE),
    }


def _column(years: Mapping[int, Figures], column: str) -> dict[int, int]:
    return {year: value for year, figures in years.items() if (value := figures[column]) is not None}


def _people(years: Mapping[int, Figures], column: str) -> dict[int, Fraction]:
    return {year: Fraction(value, E4) for year, value in _column(years, column).items()}


def _items(years: Mapping[int, Figures]) -> dict[int, tuple[int | None, ...]]:
    """The seven internal items of each year in which one of them is known."""
    items = {year: tuple(figures[item] for item in RD_INTERNAL) for year, figures in years.items()}
    return {year: values for year, values in items.items() if any(value is not None for value in values)}


def figures_by_year(session: Session, enterprise_id: int, basis: str, years: range) -> dict[int, Figures]:
    """Each year's figures on one basis; where sources differ, the more binding one speaks, figure by figure."""
    return {year: figures for _firm, _basis, year, figures in read_figures(session, [enterprise_id], years, basis)}


def _property(held: Holdings, on: date) -> Stated:
    last = on.year - 1
    high_tech = held.figures.get("HTE", {}).get(last, {}).get("high_tech_income_fen")
    supported = rights.main_products_supported(held.products.get(last, ()), high_tech, on)
    return {
        "ip_class1": (rights.of_class(held.rights, 1, on), _PROPERTY),
        "ip_class2": (rights.of_class(held.rights, 2, on), _PROPERTY),
        "ip_granted": (rights.granted_by_year(held.rights, range(on.year - WINDOW_YEARS, on.year)), _PROPERTY),
        "ip_self_developed": (rights.self_developed(held.rights, on), _PROPERTY),
        "ip_main_product_supported": (supported, _PRODUCTS),
    }


def _record(held: Holdings, on: date) -> Stated:
    """Conversions, standards, certificates, tags and breaches."""
    return {
        "conversions": (_conversions(held.conversions, on), _CONVERSIONS),
        "standards_led": (status_facts.took_part(held, on), _STANDARDS),
        "standards_led_in_five_years": (status_facts.led_in_five_years(held, on), _STANDARDS),
        "high_tech_certificate": (status_facts.holds(held.certificates, ["high-tech-enterprise"], on), _CERTIFICATES),
        "joint_centre_filed": (status_facts.holds(held.certificates, ["joint-innovation-centre"], on), _CERTIFICATES),
        "technology_sme_number": (status_facts.holds(held.certificates, ["technology-sme"], on), _CERTIFICATES),
        "specialised_or_champion": (status_facts.holds(held.tags, status_facts.SPECIALISED_TAGS, on), _TAGS),
        "accident_in_last_year": (status_facts.accident_in_last_year(held, on), _COMPLIANCE),
        "breach_in_two_years": (status_facts.breach_in_two_years(held, on), _COMPLIANCE),
        "larger_accident_in_three_years": (status_facts.accident_in_three_years(held, on), _COMPLIANCE),
    }


def _conversions(by_year: Mapping[int, int], on: date) -> dict[int, int]:
    return {year: number for year, number in by_year.items() if on.year - WINDOW_YEARS <= year < on.year}
