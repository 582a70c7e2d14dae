"""How an amount was found, line by line: as it is calculated now, or as it was kept with a step."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.incentives.models import Incentive, IncentiveStep
from app.kit.i18n import _
from app.policies.domain.facts.catalogue import Catalogue, FactKey
from app.policies.words import fact_text, kept_text, stated_text


@dataclass(frozen=True)
class FactLine:
    """A fact that the amount rests on: its value in words and where it stands."""

    label: str
    value: str
    source: str


@dataclass(frozen=True)
class ComputationView:
    """One calculation: the scheme's method, every line, the facts, what is missing."""

    amount: str
    known: bool
    version: str
    on: str
    method: tuple[str, ...]
    lines: tuple[str, ...]
    facts: tuple[FactLine, ...]
    missing: tuple[str, ...]


def computation_view(kept: Mapping[str, Any], catalogue: Catalogue) -> ComputationView:
    """A calculation as it is kept, in the current language."""
    amount = kept["amount"]
    return ComputationView(
        amount=kept_text(kept),
        known=amount["low"] == amount["high"],
        version=kept["version"],
        on=kept["on"],
        method=tuple(kept_text(line) for line in kept["method"]),
        lines=tuple(kept_text(line) for line in kept["lines"]),
        facts=tuple(line for code, reported in kept["facts"].items() for line in _facts(code, reported, catalogue)),
        missing=tuple(dict.fromkeys(_name(item["fact"], item["year"], catalogue) for item in kept["missing"])),
    )


def last_kept(incentive: Incentive) -> IncentiveStep | None:
    """The latest step in force with which a calculation was kept."""
    recorded = [step for step in incentive.steps if step.undone_at is None and step.computation]
    return recorded[-1] if recorded else None


def _facts(code: str, reported: Mapping[str, Any], catalogue: Catalogue) -> list[FactLine]:
    source = _("、").join(_(place) for place in reported["sources"])
    value = reported["value"]
    by_year = value if _is_by_year(value) else {None: value}
    return [
        FactLine(_name(code, year, catalogue), _value(code, single, catalogue), source)
        for year, single in by_year.items()
    ]


def _is_by_year(value: Any) -> bool:
    return isinstance(value, Mapping) and all(str(key).isdigit() for key in value)


def _value(code: str, value: Any, catalogue: Catalogue) -> str:
    definition = catalogue.get(code)
    if definition is None:
        return str(value)
    return stated_text(definition, value)


def _name(code: str, year: Any, catalogue: Catalogue) -> str:
    return fact_text(catalogue, FactKey(code, int(year) if year else None)) if code in catalogue else code
