"""The calculating interpreter: what a tree's values and conditions are, under one assumption."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any

from app.policies.domain.facts.catalogue import FactKey, Facts, Periodicity
from app.policies.domain.language import tree
from app.policies.domain.language.assumptions import FISCAL_YEARS, Assumption
from app.policies.domain.language.constants import whole
from app.policies.domain.language.growth import YearBounds, least_is_reached, mean_growth
from app.policies.domain.values.knowledge import Knowledge, Known, ends
from app.policies.domain.values.linear import Linear, constant, greatest, least, product, total, unknown
from app.policies.domain.values.outcome import Outcome, all_of, any_of
from app.policies.domain.values.units import plain

#: How many years before the application the one of a gathering lies.
YEARS_BACK = {tree.Gathering.LATEST: 1, tree.Gathering.PREVIOUS: 2}
OUTSIDE = "none"
"""The code that says "in none of the list"."""


@dataclass
class Calculator:
    """Calculates one subject's values for an application on `on`, in `assumption`. `touched` gathers the facts read.

    `scored` are the bounds of the score, which is calculated apart, over assumptions of its own.
    """

    facts: Facts
    on: date
    assumption: Assumption
    scored: tuple[int, int] | None = None
    touched: dict[FactKey, Knowledge] = field(default_factory=dict)
    _values: dict[tuple[tree.Node, int | None], Linear] = field(default_factory=dict)

    # -- values -----------------------------------------------------------------------------------------------------------

    def number(self, node: tree.Node, year: int | None = None) -> Linear:
        """The value of a quantity; a date counts as its number of days, yes as 1."""
        found = self._values.get((node, year))
        if found is None:
            found = self._values[(node, year)] = _VALUES[type(node)](self, node, year)
        return found

    def knowledge(self, key: FactKey) -> Knowledge:
        """What this assumption knows of one value of a fact; remembers that it was asked for."""
        known = self.touched.get(key)
        if known is None:
            known = self.assumption.narrowed.get(key) or self.facts.of(key)
            self.touched[key] = known
        return known

    def _variable(self, key: FactKey) -> Linear:
        low, high = ends(self.knowledge(key))
        return unknown(key, _as_number(low), _as_number(high))

    def _literal(self, node: tree.Literal, year: int | None) -> Linear:
        return constant(node.value)

    def _fact(self, node: tree.Fact, year: int | None) -> Linear:
        if node.parts is None:
            return self._variable(FactKey(node.code, year))
        first, last = node.parts
        return total(self._variable(FactKey(node.code, year, part)) for part in range(first, last + 1))

    def _application_day(self, node: tree.ApplicationDay, year: int | None) -> Linear:
        return constant(self.on.toordinal())

    def _years_counted(self, node: tree.YearsCounted, year: int | None) -> Linear:
        return constant(len(self.assumption.years))

    def _named(self, node: tree.Named, year: int | None) -> Linear:
        return self.number(node.body, year)

    def _arithmetic(self, node: tree.Arithmetic, year: int | None) -> Linear:
        left, right = self.number(node.left, year), self.number(node.right, year)
        if node.operator is tree.Operator.MULTIPLY:
            return product(left, right, (node, year))
        return left + right if node.operator is tree.Operator.ADD else left - right

    def _divided(self, node: tree.DividedBy, year: int | None) -> Linear:
        return self.number(node.body, year).times(plain(1 / Fraction(node.divisor)))

    def _extreme(self, node: tree.Extreme, year: int | None) -> Linear:
        choose = least if node.least else greatest
        result, *others = (self.number(option, year) for option in node.options)
        for place, other in enumerate(others):
            result = choose(result, other, (node, year, place))
        return result

    def _over_years(self, node: tree.OverYears, year: int | None) -> Linear:
        back = YEARS_BACK.get(node.gathering)
        if back is not None:
            return self.number(node.body, self.on.year - back)
        years = self.assumption.years
        result = total(self.number(node.body, each) for each in years)
        return result if node.gathering is tree.Gathering.SUM or not years else result.times(Fraction(1, len(years)))

    def _growth(self, node: tree.Growth, year: int | None) -> Linear:
        return unknown((node, year), *mean_growth(self.course(node), whole(node.body)))

    def course(self, node: tree.Growth) -> list[YearBounds]:
        """The yearly values that a growth is about, oldest first."""
        yearly = (self.number(node.body, each) for each in self.assumption.years)
        return [YearBounds(form.low, form.high) for form in yearly]

    def _score(self, node: tree.Score, year: int | None) -> Linear:
        return unknown(node, *(self.scored or (0, sum(block.most for block in node.blocks))))

    def _days_between(self, node: tree.DaysBetween, year: int | None) -> Linear:
        return self.number(node.end, year) - self.number(node.start, year)

    def _banded(self, node: tree.Banded, year: int | None) -> Linear:
        self.number(node.subject, year)
        return constant(self.assumption.bands[node].value.value)

    def _if_stated(self, node: tree.IfStated, year: int | None) -> Linear:
        return self.number(chosen(node, self.facts, year), year)

    # -- conditions ---------------------------------------------------------------------------------------------------------

    def holds(self, node: tree.Node) -> Outcome:
        """Whether a condition is met under this assumption."""
        return _CONDITIONS[type(node)](self, node)

    def _compared(self, node: tree.Comparison) -> Outcome:
        difference = self.number(node.left) - self.number(node.right)
        outcome = compare(node.relation, difference)
        if outcome is Outcome.UNKNOWN and difference.low == 0 and isinstance(node.left, tree.Growth):
            return self._above_least(node.left, node.relation)
        return outcome

    def _above_least(self, growth: tree.Growth, relation: tree.Relation) -> Outcome:
        """How a growth stands to its own least value; it lies above it where that can only be approached."""
        if least_is_reached(self.course(growth), whole(growth.body)):
            return Outcome.UNKNOWN
        decided = {tree.Relation.MORE: Outcome.MET, tree.Relation.AT_MOST: Outcome.UNMET}
        return decided.get(relation, Outcome.UNKNOWN)

    def _ratio(self, node: tree.RatioComparison) -> Outcome:
        numerator, denominator, threshold = map(self.number, (node.numerator, node.denominator, node.right))
        excess = numerator - product(denominator, threshold, node)
        return all_of([positive(denominator, excess, node.relation), compare(node.relation, excess)])

    def _yes_no(self, node: tree.Fact) -> Outcome:
        return truth(self.knowledge(FactKey(node.code)))

    def _listed(self, node: tree.ListedIn) -> Outcome:
        known = self.knowledge(FactKey(node.code))
        if not isinstance(known, Known):
            return Outcome.UNKNOWN
        return Outcome.MET if listed(node, str(known.value)) else Outcome.UNMET

    def _all(self, node: tree.AllOf) -> Outcome:
        return all_of([self.holds(part) for part in node.parts])

    def _any(self, node: tree.AnyOf) -> Outcome:
        return any_of([self.holds(part) for part in node.parts])

    def _opposite(self, node: tree.Opposite) -> Outcome:
        return ~self.holds(node.part)

    def _judged(self, node: tree.Judged) -> Outcome:
        for definition in map(self.facts.catalogue.__getitem__, node.codes):
            once = definition.told is Periodicity.ONCE
            for year in (None,) if once else range(self.on.year - FISCAL_YEARS, self.on.year):
                for key in definition.keys(year):
                    self.knowledge(key)
        return Outcome.UNKNOWN

    def _always(self, node: tree.Always) -> Outcome:
        return Outcome.MET if node.value else Outcome.UNMET


def chosen(node: tree.IfStated, facts: Facts, year: int | None) -> tree.Node:
    """The branch that applies, by whether the fact was told (for the year, inside a gathering)."""
    return node.then if facts.stated(node.code, year) else node.otherwise


def compare(relation: tree.Relation, difference: Linear) -> Outcome:
    """How `left relation right` stands, given left − right."""
    low, high = difference.low, difference.high
    match relation:
        case tree.Relation.AT_LEAST:
            return _decided(low is not None and low >= 0, high is not None and high < 0)
        case tree.Relation.MORE:
            return _decided(low is not None and low > 0, high is not None and high <= 0)
        case tree.Relation.AT_MOST:
            return ~compare(tree.Relation.MORE, difference)
        case tree.Relation.LESS:
            return ~compare(tree.Relation.AT_LEAST, difference)
        case tree.Relation.EQUAL:
            apart = (low is not None and low > 0) or (high is not None and high < 0)
            return _decided(low == high == 0, apart)


def positive(denominator: Linear, excess: Linear, relation: tree.Relation) -> Outcome:
    """Whether a ratio has a positive denominator where it could hold at all.

    0 ÷ x ≥ 10 % fails for x > 0 and is unmet for x = 0: it is decided although x is not known. Hence, where the
    excess is at most 0, the denominator is looked at only for those values at which the excess reaches 0.
    """
    if relation is tree.Relation.AT_LEAST and excess.high == 0:
        denominator = denominator.at(excess.where_highest())
    return compare(tree.Relation.MORE, denominator)


def _decided(met: bool, unmet: bool) -> Outcome:
    if met:
        return Outcome.MET
    return Outcome.UNMET if unmet else Outcome.UNKNOWN


def truth(known: Knowledge) -> Outcome:
    """A yes-or-no fact as an outcome."""
    low, high = ends(known)
    return _decided(low is True, high is False)


def listed(node: tree.ListedIn, code: str) -> bool:
    """Whether `code` stands in the node's list, or lies below one of its lowest codes: is that and some digits more."""
    if code in node.codes:
        return True
    below = ((code[:-n], code[-n:]) for n in range(1, node.deeper + 1))
    return any(digits.isdecimal() and above in lowest(node.codes) for above, digits in below)


@lru_cache(maxsize=64)
def lowest(codes: frozenset[str]) -> frozenset[str]:
    """The codes of a list under which it has no others: where it goes on to a level, only what it names there counts."""
    return frozenset(code for code in codes if not any(other != code and other.startswith(code) for other in codes))


def _as_number(value: Any) -> Any:
    return value.toordinal() if isinstance(value, date) else value


_VALUES: dict[type[tree.Node], Callable[[Calculator, Any, int | None], Linear]] = {
    tree.Literal: Calculator._literal,
    tree.Fact: Calculator._fact,
    tree.ApplicationDay: Calculator._application_day,
    tree.YearsCounted: Calculator._years_counted,
    tree.Named: Calculator._named,
    tree.Arithmetic: Calculator._arithmetic,
    tree.DividedBy: Calculator._divided,
    tree.Extreme: Calculator._extreme,
    tree.OverYears: Calculator._over_years,
    tree.Growth: Calculator._growth,
    tree.Score: Calculator._score,
    tree.DaysBetween: Calculator._days_between,
    tree.Banded: Calculator._banded,
    tree.IfStated: Calculator._if_stated,
}
_CONDITIONS: dict[type[tree.Node], Callable[[Calculator, Any], Outcome]] = {
    tree.Comparison: Calculator._compared,
    tree.RatioComparison: Calculator._ratio,
    tree.Fact: Calculator._yes_no,
    tree.ListedIn: Calculator._listed,
    tree.AllOf: Calculator._all,
    tree.AnyOf: Calculator._any,
    tree.Opposite: Calculator._opposite,
    tree.Judged: Calculator._judged,
    tree.Always: Calculator._always,
    tree.Named: lambda calculator, node: calculator.holds(node.body),
    tree.IfStated: lambda calculator, node: calculator.holds(chosen(node, calculator.facts, None)),
}
