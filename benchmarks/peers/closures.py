"""The rules as plain Python functions over one firm's numbers: true or false a condition, nothing explained."""

from collections.abc import Callable
from typing import Any

from benchmarks.peers.firms import DAY, YEARS

Firm = dict[str, Any]
Rule = Callable[[Firm], bool]
MATURE = 365


def _years(firm: Firm) -> range:
    return range(sum(firm["registered_year"] > year for year in YEARS), len(YEARS))


def _rd_countable(firm: Firm, year: int) -> float:
    *main, other = firm["rd_items"][year]
    inside, at_home, abroad = sum(main), firm["rd_domestic"][year], firm["rd_overseas"][year]
    abroad_counted = min(abroad, (inside + other + at_home) * 2 / 3)
    return float(inside + min(other, inside / 4) + (at_home + abroad_counted) * 0.8)


def _rd_minimum(firm: Firm) -> float:
    latest = firm["sales"][2]
    return 0.05 if latest <= 50_000_000 else 0.04 if latest <= 200_000_000 else 0.03


def _rd_share(firm: Firm) -> bool:
    sales = sum(firm["sales"][year] for year in _years(firm))
    spent = sum(_rd_countable(firm, year) for year in _years(firm))
    return bool(sales > 0 and spent / sales >= _rd_minimum(firm))


def _rd_at_home(firm: Firm) -> bool:
    at_home = sum(sum(firm["rd_items"][year]) + firm["rd_domestic"][year] for year in _years(firm))
    everywhere = at_home + sum(firm["rd_overseas"][year] for year in _years(firm))
    return bool(everywhere > 0 and at_home / everywhere >= 0.6)


def _banded(value: float, bands: tuple[tuple[float, int, int], ...]) -> tuple[int, int]:
    return next(((low, high) for edge, low, high in bands if value >= edge), (0, 0))


PROPERTY = ((5, 5, 6), (3, 3, 4), (1, 1, 2))
CONVERSIONS = ((5, 25, 30), (4, 19, 24), (3, 13, 18), (2, 7, 12), (1, 1, 6))
GROWTH = ((0.35, 9, 10), (0.25, 7, 8), (0.15, 5, 6), (0.05, 3, 4), (1e-15, 1, 2))


def _property(firm: Firm) -> tuple[int, int]:
    standards = (1, 2) if firm["standards"] else (0, 0)
    if firm["class1"] + firm["class2"] < 1:
        return standards
    number = (7, 8) if firm["class1"] else _banded(firm["class2"], PROPERTY)
    gained = 6 if firm["self_developed"] else 3
    graded = firm["grades"][0] + firm["grades"][1]
    return min(30, graded + number[0] + 1 + standards[0]), min(30, graded + number[1] + gained + standards[1])


def _growth(values: list[int]) -> float:
    first, *rest = values if values else [0]
    if len(rest) < 1:
        return 0.0
    if len(rest) == 1:
        return rest[0] / first - 1 if first else 0.0
    second, third = rest
    if not second:
        return 0.0
    return third / second - 1 if not first else (second / first + third / second) / 2 - 1


def score(firm: Firm) -> tuple[int, int]:
    """The bounds of the 100-point score."""
    years = _years(firm)
    conversions = sum(firm["conversions"][year] for year in years) / len(years) if years else 0
    net_assets = [firm["net_assets"][year] for year in years]
    assets = (0, 10) if any(value < 0 for value in net_assets) else _banded(_growth(net_assets), GROWTH)
    managed = sum(firm["grades"][2:])
    parts = (
        _property(firm),
        _banded(conversions, CONVERSIONS),
        (managed, managed),
        assets,
        _banded(_growth([firm["sales"][year] for year in years]), GROWTH),
    )
    return sum(low for low, _ in parts), sum(high for _, high in parts)


RULES: dict[str, Rule] = {
    "HTE-01": lambda firm: DAY.toordinal() - firm["registered"] >= MATURE,
    "HTE-02": lambda firm: firm["class1"] + firm["class2"] >= 1 and firm["supported"],
    "HTE-03": lambda firm: firm["in_field"],
    "HTE-04": lambda firm: firm["staff"] > 0 and firm["rd_staff"] / firm["staff"] >= 0.1,
    "HTE-05a": _rd_share,
    "HTE-05b": _rd_at_home,
    "HTE-06": lambda firm: firm["total_income"] > 0 and firm["high_tech_income"] / firm["total_income"] >= 0.6,
    "HTE-08": lambda firm: not firm["accident"],
}


def decide(firm: Firm) -> dict[str, Any]:
    """Each condition of Article 11, and the score's bounds."""
    return {name: rule(firm) for name, rule in RULES.items()} | {"score": score(firm)}
