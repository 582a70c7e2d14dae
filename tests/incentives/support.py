"""Facts for schemes, as golden cases tell them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.incentives import catalogue
from app.policies.domain.explain.fact_input import read_fact
from app.policies.domain.facts.catalogue import Catalogue, Facts

FIXTURES = Path(__file__).parent / "fixtures"
SEEDS = Path(__file__).parents[2] / "seeds"
CATALOGUE: Catalogue = catalogue.read_catalogue(FIXTURES)


def facts(told: Mapping[str, Any], known: Catalogue = CATALOGUE) -> Facts:
    """What is told, in the shape of the API; None is not known."""
    entries: dict[Any, Any] = {}
    for code, value in told.items():
        if value is not None:
            entries |= read_fact(known[code], value, code)
    return Facts(known, entries)
