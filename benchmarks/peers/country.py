"""Article 11 as an openfisca country: yearly variables over arrays, as its documentation tells to write them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from benchmarks.peers.firms import DAY, YEARS, Firms

LAST = DAY.year - 1
FIRM = build_entity(key="firm", plural="firms", label="Firm", is_person=True)
INPUTS = (
    *("registered", "staff", "rd_staff", "in_field", "accident", "sales", "total_income", "high_tech_income"),
    *("main", "other", "rd_domestic", "rd_overseas", "class1", "class2", "supported"),
)
CONDITIONS = ("mature", "owns_property", "field", "staffed", "rd_share", "rd_at_home", "high_tech", "clean")
CLAUSES = dict(
    zip(("HTE-01", "HTE-02", "HTE-03", "HTE-04", "HTE-05a", "HTE-05b", "HTE-06", "HTE-08"), CONDITIONS, strict=True)
)


def _variable(name: str, value_type: type, formula: Any = None) -> type[Variable]:
    members = {"value_type": value_type, "entity": FIRM, "definition_period": DateUnit.YEAR, "label": name}
    return type(name, (Variable,), members | ({"formula": formula} if formula else {}))


def _counts(firm: Any, year: int) -> Any:
    return firm("registered", LAST) <= DAY.replace(year=year, month=12, day=31).toordinal()


def _summed(firm: Any, name: str) -> Any:
    return sum(firm(name, year) * _counts(firm, year) for year in YEARS)


def countable(firm: Any, period: Any) -> Any:
    """R&D expense of a year that counts."""
    main, other, at_home = firm("main", period), firm("other", period), firm("rd_domestic", period)
    abroad = np.minimum(firm("rd_overseas", period), (main + other + at_home) * 2 / 3)
    return main + np.minimum(other, main / 4) + (at_home + abroad) * 0.8


def inside(firm: Any, period: Any) -> Any:
    """R&D expense of a year in mainland China."""
    return firm("main", period) + firm("other", period) + firm("rd_domestic", period)


def mature(firm: Any, period: Any) -> Any:
    """Article 11 (1)."""
    return DAY.toordinal() - firm("registered", period) >= 365


def owns_property(firm: Any, period: Any) -> Any:
    """Article 11 (2)."""
    return (firm("class1", period) + firm("class2", period) >= 1) * firm("supported", period)


def field(firm: Any, period: Any) -> Any:
    """Article 11 (3)."""
    return firm("in_field", period)


def staffed(firm: Any, period: Any) -> Any:
    """Article 11 (4)."""
    return (firm("staff", period) > 0) * (firm("rd_staff", period) * 10 >= firm("staff", period))


def rd_share(firm: Any, period: Any) -> Any:
    """Article 11 (5), first half."""
    latest, sales = firm("sales", LAST), _summed(firm, "sales")
    least = np.where(latest <= 50_000_000, 0.05, np.where(latest <= 200_000_000, 0.04, 0.03))
    return (sales > 0) * (_summed(firm, "countable") >= sales * least)


def rd_at_home(firm: Any, period: Any) -> Any:
    """Article 11 (5), second half."""
    at_home = _summed(firm, "inside")
    everywhere = at_home + _summed(firm, "rd_overseas")
    return (everywhere > 0) * (at_home >= everywhere * 0.6)


def high_tech(firm: Any, period: Any) -> Any:
    """Article 11 (6)."""
    total = firm("total_income", period)
    return (total > 0) * (firm("high_tech_income", period) >= total * 0.6)


def clean(firm: Any, period: Any) -> Any:
    """Article 11 (8)."""
    return np.logical_not(firm("accident", period))


def country() -> TaxBenefitSystem:
    """The variables of Article 11. Yearly amounts are floats of 32 bits: openfisca has no others."""
    system = TaxBenefitSystem([FIRM])
    for name in INPUTS:
        system.add_variable(_variable(name, bool if name in {"in_field", "accident", "supported"} else float))
    for formula in (countable, inside):
        system.add_variable(_variable(formula.__name__, float, formula))
    for formula in (mature, owns_property, field, staffed, rd_share, rd_at_home, high_tech, clean):
        system.add_variable(_variable(formula.__name__, bool, formula))
    return system


def inputs(firms: Firms) -> Mapping[tuple[str, int], NDArray[Any]]:
    """The firms' numbers by variable and year."""
    once = {
        "registered": firms.registered,
        "staff": firms.staff,
        "rd_staff": firms.rd_staff,
        "in_field": firms.in_field,
        "accident": firms.accident,
        "total_income": firms.total_income,
        "high_tech_income": firms.high_tech_income,
        "class1": firms.class1,
        "class2": firms.class2,
        "supported": firms.supported,
    }
    yearly = {
        "sales": firms.sales,
        "main": firms.rd_items[:, :, :6].sum(axis=2),
        "other": firms.rd_items[:, :, 6],
        "rd_domestic": firms.rd_domestic,
        "rd_overseas": firms.rd_overseas,
    }
    by_year = {(name, year): values[:, place] for name, values in yearly.items() for place, year in enumerate(YEARS)}
    return {(name, LAST): values for name, values in once.items()} | by_year


def decide(system: TaxBenefitSystem, told: Mapping[tuple[str, int], NDArray[Any]], count: int) -> dict[str, Any]:
    """Each condition for every firm, by clause."""
    simulation = SimulationBuilder().build_default_simulation(system, count)
    for (name, year), values in told.items():
        simulation.set_input(name, year, values)
    return {clause: simulation.calculate(name, LAST) for clause, name in CLAUSES.items()}
