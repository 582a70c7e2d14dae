"""What the register tells the policies about a firm, on the certification basis (HTE).

Unknown stays unknown: an empty list of rights, conversions, standards or breaches is not knowledge. Whoever knows that
there are none says so in a dated statement, which the policies keep.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.enterprises.domain.figures import E4, FIGURES, RD_INTERNAL
from app.enterprises.models import (
    ComplianceEvent,
    Conversion,
    Enterprise,
    IntellectualProperty,
    Product,
    ProductProperty,
    StandardParticipation,
    YearlyFigures,
)
from app.kit.facts import FactValue
from app.kit.i18n import N_
from app.reference.models import Term

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
        told: dict[str, tuple[object, str]] = {
            **_identity(session, enterprise_id),
            **_figures(session, enterprise_id, on),
            **_property(session, enterprise_id, on),
            "ip_main_product_supported": (_supported(session, enterprise_id, on), _PRODUCTS),
            "conversions": (_conversions(session, enterprise_id, on), _CONVERSIONS),
            "standards_led": (_led(session, enterprise_id, on), _STANDARDS),
            "accident_in_last_year": (_accident(session, enterprise_id, on), _COMPLIANCE),
        }
        return {code: FactValue(value, source) for code, (value, source) in told.items() if value not in (None, {})}


PROVIDER = RegisterFacts()


def _identity(session: Session, enterprise_id: int) -> dict[str, tuple[object, str]]:
    row = session.execute(
        select(Enterprise.registered_on, Enterprise.field_code).where(Enterprise.id == enterprise_id)
    ).one()
    return {"registered_on": (row.registered_on, _IDENTITY), "core_field": (row.field_code or None, _IDENTITY)}


def _figures(session: Session, enterprise_id: int, on: date) -> dict[str, tuple[object, str]]:
    years = figures_by_year(session, enterprise_id, "HTE", range(on.year - WINDOW_YEARS, on.year))
    last = years.get(on.year - 1, {})
    told: dict[str, tuple[object, str]] = {
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


def figures_by_year(session: Session, enterprise_id: int, basis: str, years: range) -> dict[int, dict[str, int | None]]:
    """Each year's figures on one basis; where sources differ, the more binding one speaks, figure by figure."""
    statement = (
        select(YearlyFigures)
        .outerjoin(Term, (Term.vocabulary == "figure_source") & (Term.code == YearlyFigures.source))
        .where(
            YearlyFigures.enterprise_id == enterprise_id,
            YearlyFigures.basis == basis,
            YearlyFigures.year.between(years.start, years.stop - 1),
        )
        .order_by(YearlyFigures.year, func.coalesce(Term.position, 999), YearlyFigures.id)
    )
    found: dict[int, dict[str, int | None]] = {}
    for row in session.scalars(statement):
        values = found.setdefault(row.year, dict.fromkeys(FIGURES))
        for name in FIGURES:
            if values[name] is None:
                values[name] = getattr(row, name)
    return found


def _property(session: Session, enterprise_id: int, on: date) -> dict[str, tuple[object, str]]:
    rights = session.scalars(
        select(IntellectualProperty).where(IntellectualProperty.enterprise_id == enterprise_id)
    ).all()
    if not rights:
        return {}
    valid = [right for right in rights if is_valid(right, on)]
    undated = [right for right in rights if right.granted_on is None and not _expired(right, on)]
    return {
        "ip_class1": (_class1(valid, undated), _PROPERTY),
        "ip_self_developed": (_self_developed(valid, undated), _PROPERTY),
    }


def is_valid(right: IntellectualProperty, on: date) -> bool:
    """Whether the right is known to be granted and in force on `on`."""
    return right.granted_on is not None and right.granted_on <= on and not _expired(right, on)


def _expired(right: IntellectualProperty, on: date) -> bool:
    return right.expires_on is not None and right.expires_on < on


def _class1(valid: list[IntellectualProperty], undated: list[IntellectualProperty]) -> int | None:
    """How many; None when only rights without a grant date could make up the first one."""
    number = sum(right.ip_class == 1 for right in valid)
    return None if number == 0 and any(right.ip_class == 1 for right in undated) else number


def _self_developed(valid: list[IntellectualProperty], undated: list[IntellectualProperty]) -> bool | None:
    if any(right.acquired_by == OWN_RESEARCH for right in valid):
        return True
    if undated or not valid or any(not right.acquired_by for right in valid):
        return None
    return False


def _supported(session: Session, enterprise_id: int, on: date) -> bool | None:
    """Whether a main product of the last fiscal year has a right in force; None while no right is linked to one."""
    linked = session.scalars(
        select(IntellectualProperty)
        .join(ProductProperty, ProductProperty.property_id == IntellectualProperty.id)
        .join(Product, Product.id == ProductProperty.product_id)
        .where(Product.enterprise_id == enterprise_id, Product.is_main, Product.year == on.year - 1)
    ).all()
    if any(is_valid(right, on) for right in linked):
        return True
    return None if not linked or any(right.granted_on is None for right in linked) else False


def _conversions(session: Session, enterprise_id: int, on: date) -> dict[int, int]:
    statement = (
        select(Conversion.year, func.count())
        .where(Conversion.enterprise_id == enterprise_id, Conversion.year.between(on.year - WINDOW_YEARS, on.year - 1))
        .group_by(Conversion.year)
    )
    return dict(session.execute(statement).all())


def _led(session: Session, enterprise_id: int, on: date) -> bool | None:
    levels = session.scalars(
        select(Term.data)
        .join(StandardParticipation, StandardParticipation.level == Term.code)
        .where(
            Term.vocabulary == "standard_level",
            StandardParticipation.enterprise_id == enterprise_id,
            StandardParticipation.led,
            StandardParticipation.year <= on.year,
        )
    )
    return True if any(level.get("recognised") for level in levels) else None


def _accident(session: Session, enterprise_id: int, on: date) -> bool | None:
    """True for a major accident or grave offence in the 365 days before `on`; otherwise the register does not know."""
    kinds = session.scalars(
        select(Term.data)
        .join(ComplianceEvent, ComplianceEvent.kind == Term.code)
        .where(
            Term.vocabulary == "compliance_kind",
            ComplianceEvent.enterprise_id == enterprise_id,
            ComplianceEvent.severity == "major",
            ComplianceEvent.happened_on.between(on - timedelta(days=WINDOW_DAYS), on),
        )
    )
    return True if any(kind.get("accident") for kind in kinds) else None
