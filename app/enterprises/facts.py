"""What the register tells the policies about firms, on the certification basis (HTE).

Unknown stays unknown: an empty list of rights, conversions, standards or breaches is not knowledge. Whoever knows that
there are none says so in a dated statement, which the policies keep.

The rules below are pure: they decide on a firm's `Holdings`, which `holdings.py` reads for one firm or for thousands.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction

from sqlalchemy.orm import Session

from app.enterprises.domain.figures import E4, RD_INTERNAL
from app.enterprises.holdings import Figures, Holdings, Right, read_figures, read_holdings
from app.kit.facts import FactValue
from app.kit.i18n import N_

WINDOW_YEARS = 3
WINDOW_DAYS = 365
OWN_RESEARCH = "own_research"

_BY_YEAR = {
    "sales_revenue": "sales_revenue_fen",
    "total_income": "total_income_fen",
    "high_tech_income": "high_tech_income_fen",
    "net_assets": "net_assets_fen",
    "rd_outsourced_domestic": "rd_outsourced_domestic_fen",
    "rd_outsourced_overseas": "rd_outsourced_overseas_fen",
}
_IDENTITY = N_("企业库 基本信息")
_FIGURES = N_("企业库 年度数据（高企认定口径）")
_PROPERTY = N_("企业库 知识产权")
_PRODUCTS = N_("企业库 产品与关联知识产权")
_CONVERSIONS = N_("企业库 成果转化")
_STANDARDS = N_("企业库 标准")
_COMPLIANCE = N_("企业库 合规事件")

Told = dict[str, tuple[object, str]]


class RegisterFacts:
    """The register as a provider of facts."""

    codes = frozenset(
        {
            "registered_on",
            "core_field",
            "staff_average",
            "rd_staff_average",
            *_BY_YEAR,
            "rd_internal_items",
            "conversions",
            "ip_class1",
            "ip_main_product_supported",
            "ip_self_developed",
            "standards_led",
            "accident_in_last_year",
        }
    )

    def provide(self, session: Session, enterprise_id: int, on: date) -> Mapping[str, FactValue]:
        """What is on file for an application made on `on`; a fact left out is not known."""
        return self.provide_many(session, [enterprise_id], on)[enterprise_id]

    def provide_many(
        self, session: Session, enterprise_ids: Sequence[int], on: date
    ) -> Mapping[int, Mapping[str, FactValue]]:
        """The same for many firms, with no more queries than for one."""
        held = read_holdings(session, enterprise_ids, range(on.year - WINDOW_YEARS, on.year))
        return {key: facts_from(holdings, on) for key, holdings in held.items()}


PROVIDER = RegisterFacts()


def facts_from(held: Holdings, on: date) -> Mapping[str, FactValue]:
    """What a firm's rows say for an application made on `on`."""
    told: Told = {
        "registered_on": (held.registered_on, _IDENTITY),
        "core_field": (held.field_code or None, _IDENTITY),
        **_figures(held.figures.get("HTE", {}), on),
        **_property(held.rights, on),
        "ip_main_product_supported": (_supported(held.supporting.get(on.year - 1, ()), on), _PRODUCTS),
        "conversions": (_conversions(held.conversions, on), _CONVERSIONS),
        "standards_led": (_led(held, on), _STANDARDS),
        "accident_in_last_year": (_accident(held, on), _COMPLIANCE),
    }
    return {code: FactValue(value, source) for code, (value, source) in told.items() if value not in (None, {})}


def _figures(years: Mapping[int, Figures], on: date) -> Told:
    last = years.get(on.year - 1, {})
    told: Told = {
        code: ({year: values[column] for year, values in years.items() if values[column] is not None}, _FIGURES)
        for code, column in _BY_YEAR.items()
    }
    told["rd_internal_items"] = (
        {
            year: tuple(values[item] for item in RD_INTERNAL)
            for year, values in years.items()
            if any(values[item] is not None for item in RD_INTERNAL)
        },
        _FIGURES,
    )
    for code in ("staff_average", "rd_staff_average"):
        people = last.get(f"{code}_e4")
        told[code] = (None if people is None else Fraction(people, E4), _FIGURES)
    return told


def figures_by_year(session: Session, enterprise_id: int, basis: str, years: range) -> dict[int, Figures]:
    """Each year's figures on one basis; where sources differ, the more binding one speaks, figure by figure."""
    return {year: figures for _firm, _basis, year, figures in read_figures(session, [enterprise_id], years, basis)}


def _property(rights: Sequence[Right], on: date) -> Told:
    if not rights:
        return {}
    valid = [right for right in rights if is_valid(right, on)]
    undated = [right for right in rights if right.granted_on is None and not _expired(right, on)]
    return {
        "ip_class1": (_class1(valid, undated), _PROPERTY),
        "ip_self_developed": (_self_developed(valid, undated), _PROPERTY),
    }


def is_valid(right: Right, on: date) -> bool:
    """Whether the right is known to be granted and in force on `on`."""
    return right.granted_on is not None and right.granted_on <= on and not _expired(right, on)


def _expired(right: Right, on: date) -> bool:
    return right.expires_on is not None and right.expires_on < on


def _class1(valid: Sequence[Right], undated: Sequence[Right]) -> int | None:
    """How many; None when only rights without a grant date could make up the first one."""
    number = sum(right.ip_class == 1 for right in valid)
    return None if number == 0 and any(right.ip_class == 1 for right in undated) else number


def _self_developed(valid: Sequence[Right], undated: Sequence[Right]) -> bool | None:
    if any(right.acquired_by == OWN_RESEARCH for right in valid):
        return True
    if undated or not valid or any(not right.acquired_by for right in valid):
        return None
    return False


def _supported(linked: Sequence[Right], on: date) -> bool | None:
    """Whether a main product of the last fiscal year has a right in force; None while no right is linked to one."""
    if any(is_valid(right, on) for right in linked):
        return True
    return None if not linked or any(right.granted_on is None for right in linked) else False


def _conversions(by_year: Mapping[int, int], on: date) -> dict[int, int]:
    return {year: number for year, number in by_year.items() if on.year - WINDOW_YEARS <= year < on.year}


def _led(held: Holdings, on: date) -> bool | None:
    return True if any(year <= on.year and level.get("recognised") for year, level in held.standards_led) else None


def _accident(held: Holdings, on: date) -> bool | None:
    """True for a major accident or grave offence in the 365 days before `on`; otherwise the register does not know."""
    since = on - timedelta(days=WINDOW_DAYS)
    found = any(
        since <= happened_on <= on and severity == "major" and kind.get("accident")
        for happened_on, severity, kind in held.compliance
    )
    return True if found else None
