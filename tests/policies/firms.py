"""Random subjects of any policy: whatever facts it reads, told exactly, within bounds or not at all, near boundaries."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from app.policies.domain.facts.catalogue import FactDefinition, FactKey, Facts, Periodicity
from app.policies.domain.language.policy import Policy
from app.policies.domain.values.knowledge import Knowledge, Known, between
from app.policies.domain.values.units import Unit

DAY = date(2021, 6, 30)
_EDGES = (0, 1, 2, 3, 4, 5, 100, 500_000_000, 5_000_000_000, 20_000_000_000, 10**15)


def random_facts(policy: Policy, seed: int, on: date = DAY) -> Facts:
    """What is known of one subject; the same for the same seed."""
    chance = random.Random(seed)
    openness = chance.choice([0.0, 0.0, 0.1, 0.4, 0.8])
    base = chance.choice([1, 20, 4_000, 700_000_000, 5_000_000_000, 30_000_000_000])
    known: dict[FactKey, Knowledge] = {}
    for code in policy.uses:
        definition = policy.catalogue[code]
        if code == "rd_domestic_share" and chance.random() < 0.6:
            continue
        for key in _keys(definition, chance, on):
            value = _value(definition, policy, chance, base, on)
            told = _loosened(definition, value, chance, openness)
            if told is not None:
                known[key] = told
    return Facts(policy.catalogue, known)


def _keys(definition: FactDefinition, chance: random.Random, on: date) -> Iterator[FactKey]:
    by_year = definition.told is Periodicity.BY_YEAR or (
        definition.told is Periodicity.EITHER and chance.random() < 0.3
    )
    for year in range(on.year - 3, on.year) if by_year else (None,):
        yield from definition.keys(year)


def _value(definition: FactDefinition, policy: Policy, chance: random.Random, base: int, on: date) -> Any:
    lowest = definition.lowest if definition.lowest is not None else -5
    highest = definition.highest
    match definition.unit:
        case Unit.DATE:
            return on - timedelta(days=chance.choice([0, 181, 364, 365, 366, 545, 900, 912, 1095, 3000, 9000]))
        case Unit.YES_NO:
            return chance.random() < 0.7
        case Unit.CODE:
            lists = policy.accepted_codes(definition.code)
            return chance.choice([*sorted(lists[0].codes)[:4], "none"]) if lists else "none"
        case Unit.SHARE:
            return Fraction(chance.choice([0, 5, 10, 20, 33, 60, 65, 100]), 100) * (highest or 1)
        case Unit.YUAN:
            low = -base if definition.may_be_negative else 0
            return chance.choice([*_EDGES, base, base, chance.randint(low, base), chance.randint(low, 2 * base)])
        case Unit.PEOPLE | Unit.SQUARE_METRES:
            return Fraction(chance.choice([0, 5, 10, 100, chance.randint(0, 3000)]), chance.choice([1, 2, 4]))
        case _:
            return chance.randint(lowest, highest if highest is not None else 8)


def _loosened(definition: FactDefinition, value: Any, chance: random.Random, openness: float) -> Knowledge | None:
    """What may be told when `value` is the truth: it, bounds around it, or (None) nothing."""
    if chance.random() >= openness:
        return Known(_plain(value))
    if chance.random() < 0.4 or definition.unit in {Unit.CODE, Unit.YES_NO}:
        return None
    low, high = _around(definition, value, chance)
    ends = (None if chance.random() < 0.2 else _plain(low), None if chance.random() < 0.2 else _plain(high))
    return None if ends == (None, None) else between(*ends)


def _around(definition: FactDefinition, value: Any, chance: random.Random) -> tuple[Any, Any]:
    if definition.unit is Unit.DATE:
        return value - timedelta(days=chance.choice([0, 1, 400])), value + timedelta(days=chance.choice([0, 1, 400]))
    below, above = (chance.choice([0, 0, 1, abs(value), abs(value) // 3]) for _ in range(2))
    low, high = value - below, value + above
    lowest, highest = definition.lowest, definition.highest
    return low if lowest is None else max(lowest, low), high if highest is None else min(highest, high)


def _plain(value: Any) -> Any:
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value
