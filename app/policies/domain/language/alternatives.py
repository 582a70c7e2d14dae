"""Which assumptions a test has to be looked at in."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from app.policies.domain.facts.catalogue import FactKey, Facts
from app.policies.domain.language import tree
from app.policies.domain.language.assumptions import (
    REGISTERED_ON,
    Assumption,
    band_limits,
    counted_years,
    possible_bands,
)
from app.policies.domain.language.calculator import YEARS_BACK, Calculator
from app.policies.domain.language.constants import WHOLE
from app.policies.domain.values.knowledge import Knowledge, narrowed
from app.policies.domain.values.linear import Linear
from app.policies.domain.values.units import Unit


@lru_cache(maxsize=1024)
def counts_years(test: tree.Node) -> bool:
    """Whether it matters to `test` how many fiscal years count."""
    return any(
        isinstance(node, (tree.YearsCounted, tree.Growth))
        or (isinstance(node, tree.OverYears) and node.gathering not in YEARS_BACK)
        for node in tree.walk(test, into_score=False)
    )


def assumptions(test: tree.Node, facts: Facts, on: date) -> list[Assumption]:
    """The assumptions in which `test` may have to be decided, at least one."""
    choices = counted_years(facts.of(REGISTERED_ON), on) if counts_years(test) else iter([()])
    found = [Assumption(years) for years in choices]
    for node in _banded(test):
        found = [split for assumption in found for split in _split(node, facts, on, assumption)]
    return found


@lru_cache(maxsize=1024)
def _banded(test: tree.Node) -> tuple[tree.Banded, ...]:
    """The banded values in `test`, inner ones first."""
    return tuple(reversed([node for node in tree.walk(test, into_score=False) if isinstance(node, tree.Banded)]))


def _split(node: tree.Banded, facts: Facts, on: date, assumption: Assumption) -> Iterator[Assumption]:
    subject = Calculator(facts, on, assumption).number(node.subject)
    key = _only_fact(subject)
    for band in possible_bands(node, subject):
        if key is None:
            yield assumption.with_band(node, band, {})
            continue
        inside = _inside(facts.of(key), band, node.subject.unit)
        if inside is not None:
            yield assumption.with_band(node, band, {key: inside})


def _only_fact(form: Linear) -> FactKey | None:
    """The one fact whose value the form is, if it is nothing else."""
    if form.constant != 0 or len(form.terms) != 1:
        return None
    ((key, term),) = form.terms.items()
    return key if isinstance(key, FactKey) and term.coefficient == 1 else None


def _inside(known: Knowledge, band: tree.Band, unit: Unit) -> Knowledge | None:
    low, high = band_limits(band, whole=unit in WHOLE)
    return narrowed(known, low, high)
