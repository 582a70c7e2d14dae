"""Which way a fact pulls a condition: whether more of it can only help, or only harm, or now one and now the other.

The search for the smallest change rests on it: a fact that pulls one way only may be searched by halving. Hence what
is said here must be true; where the tree leaves it open, the answer is both ways.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import IntFlag
from typing import Any

from app.policies.domain.facts.catalogue import FactKey, Facts
from app.policies.domain.language import tree
from app.policies.domain.language.assumptions import REGISTERED_ON, counted_years
from app.policies.domain.language.calculator import YEARS_BACK, chosen
from app.policies.domain.language.constants import known
from app.policies.domain.language.policy import Condition


class Direction(IntFlag):
    """More of a fact helps (UP), harms (DOWN), may do either (BOTH)."""

    NONE = 0
    UP = 1
    DOWN = 2
    BOTH = 3

    @property
    def turned(self) -> "Direction":
        """The way of the opposite."""
        return Direction((self & Direction.UP) << 1 | (self & Direction.DOWN) >> 1)


Ways = dict[FactKey, Direction]


def ways(condition: Condition, facts: Facts, on: date) -> Ways:
    """Every value that the condition reads for an application on `on`, with the way it pulls; yes counts as more."""
    reader = _DirectionReader(facts, on)
    found: Ways = {}
    for leaf in condition.leaves():
        if leaf.test is not None:
            _join(found, reader.read(leaf.test, None))
    if reader.counts_years:
        _join(found, {REGISTERED_ON: Direction.BOTH})
    return found


@dataclass
class _DirectionReader:
    """Reads a tree for one subject: which years count, and what was told, decides which values it reads."""

    facts: Facts
    on: date
    counts_years: bool = False

    def __post_init__(self) -> None:
        self._counted = list(counted_years(self.facts.of(REGISTERED_ON), self.on)) if self._has_registration else [()]

    @property
    def _has_registration(self) -> bool:
        return REGISTERED_ON.code in self.facts.catalogue

    def read(self, node: tree.Node, year: int | None) -> Ways:
        """The way in which each value that `node` reads pulls it."""
        return _READERS.get(type(node), _DirectionReader._rest)(self, node, year)

    def all(self, nodes: Iterable[tree.Node], year: int | None) -> Ways:
        """The ways of several nodes that all pull upwards."""
        found: Ways = {}
        for node in nodes:
            _join(found, self.read(node, year))
        return found

    def _rest(self, node: tree.Node, year: int | None) -> Ways:
        """Whatever passes on its parts' ways: brackets, names, extremes, all, any."""
        return self.all(tree.parts(node), year)

    def _fact(self, node: tree.Fact, year: int | None) -> Ways:
        first, last = node.parts or (None, None)
        if first is None or last is None:
            return {FactKey(node.code, year): Direction.UP}
        return {FactKey(node.code, year, part): Direction.UP for part in range(first, last + 1)}

    def _arithmetic(self, node: tree.Arithmetic, year: int | None) -> Ways:
        left, right = self.read(node.left, year), self.read(node.right, year)
        match node.operator:
            case tree.Operator.ADD:
                return _joined(left, right)
            case tree.Operator.SUBTRACT:
                return _joined(left, _turned(right))
            case _:
                return _joined(self._scaled(left, node.right), self._scaled(right, node.left))

    def _scaled(self, found: Ways, factor: tree.Node) -> Ways:
        return found if self._not_negative(factor) else _both(found)

    def _divided(self, node: tree.DividedBy, year: int | None) -> Ways:
        body = self.read(node.body, year)
        return body if node.divisor > 0 else _turned(body)

    def _over_years(self, node: tree.OverYears, year: int | None) -> Ways:
        back = YEARS_BACK.get(node.gathering)
        if back is not None:
            return self.read(node.body, self.on.year - back)
        self.counts_years = True
        found = self.all_years(node.body)
        return found if node.gathering is tree.Gathering.SUM or len(self._counted) == 1 else _both(found)

    def all_years(self, body: tree.Node) -> Ways:
        """The ways of a quantity over the fiscal years that may count."""
        found: Ways = {}
        for each in self._counted[0]:
            _join(found, self.read(body, each))
        return found

    def _growth(self, node: tree.Growth, year: int | None) -> Ways:
        """It rises with the last year's value and falls with the first's; the middle one's pulls both ways."""
        self.counts_years = True
        years = self._counted[0]
        found: Ways = {}
        for place, each in enumerate(years):
            values = self.read(node.body, each)
            if place == len(years) - 1:
                _join(found, values)
            else:
                _join(found, _turned(values) if place == 0 and len(self._counted) == 1 else _both(values))
        return found

    def _years_counted(self, node: tree.YearsCounted, year: int | None) -> Ways:
        self.counts_years = True
        return {}

    def _days_between(self, node: tree.DaysBetween, year: int | None) -> Ways:
        return _joined(self.read(node.end, year), _turned(self.read(node.start, year)))

    def _banded(self, node: tree.Banded, year: int | None) -> Ways:
        subject = self.read(node.subject, year)
        values = [band.value.value for band in node.bands]
        if values == sorted(values):
            return subject
        return _turned(subject) if values == sorted(values, reverse=True) else _both(subject)

    def _if_stated(self, node: tree.IfStated, year: int | None) -> Ways:
        return self.read(chosen(node, self.facts, year), year)

    # -- conditions ---------------------------------------------------------------------------------------------------

    def _compared(self, node: tree.Comparison, year: int | None) -> Ways:
        found = _joined(self.read(node.left, year), _turned(self.read(node.right, year)))
        return _related(node.relation, found)

    def _ratio(self, node: tree.RatioComparison, year: int | None) -> Ways:
        numerator, denominator = self.read(node.numerator, year), self.read(node.denominator, year)
        threshold = self.read(node.right, year)
        below = denominator if self._not_negative(node.right) else _both(denominator)
        above = threshold if self._not_negative(node.denominator) else _both(threshold)
        return _related(node.relation, _joined(numerator, _turned(_joined(below, above))))

    def _listed(self, node: tree.ListedIn, year: int | None) -> Ways:
        return {FactKey(node.code): Direction.BOTH}

    def _opposite(self, node: tree.Opposite, year: int | None) -> Ways:
        return _turned(self.read(node.part, year))

    # -- scores -------------------------------------------------------------------------------------------------------

    def _item(self, node: tree.ScoreItem, year: int | None) -> Ways:
        found = self.all(node.options, year)
        for place, grading in enumerate(node.gradings):
            later = node.gradings[place + 1 :]
            if grading.condition is not None and later:
                _join(found, _towards(grading, later, self.read(grading.condition, year)))
            if grading.grade is not None:
                _join(found, {FactKey(grading.grade): Direction.UP})
        return found

    # -- signs --------------------------------------------------------------------------------------------------------

    def _not_negative(self, node: tree.Node) -> bool:
        """Whether the quantity cannot fall below nothing; False also where that is not plain to see."""
        value = known(node)
        if value is not None:
            return value >= 0
        match node:
            case tree.Fact(code=code):
                lowest = self.facts.catalogue[code].lowest
                return lowest is not None and lowest >= 0
            case tree.Banded(bands=bands):
                return all(band.value.value >= 0 for band in bands)
            case tree.Arithmetic(operator=operator):
                return operator is not tree.Operator.SUBTRACT and all(map(self._not_negative, tree.parts(node)))
            case tree.DividedBy(body=body, divisor=divisor):
                return divisor > 0 and self._not_negative(body)
            case tree.Named() | tree.OverYears() | tree.Extreme() | tree.IfStated():
                return all(map(self._not_negative, tree.parts(node)))
            case _:
                return isinstance(node, (tree.YearsCounted, tree.Score))


def _towards(grading: tree.Grading, later: Iterable[tree.Grading], condition: Ways) -> Ways:
    """How a grading's condition pulls the points: up when it gives at least what any later grading gives."""
    others = list(later)
    if all(grading.low >= other.low and grading.high >= other.high for other in others):
        return condition
    if all(grading.low <= other.low and grading.high <= other.high for other in others):
        return _turned(condition)
    return _both(condition)


def _related(relation: tree.Relation, difference: Ways) -> Ways:
    match relation:
        case tree.Relation.AT_LEAST | tree.Relation.MORE:
            return difference
        case tree.Relation.EQUAL:
            return _both(difference)
        case _:
            return _turned(difference)


def _turned(found: Ways) -> Ways:
    return {key: way.turned for key, way in found.items()}


def _both(found: Ways) -> Ways:
    return dict.fromkeys(found, Direction.BOTH)


def _joined(left: Ways, right: Ways) -> Ways:
    found = dict(left)
    _join(found, right)
    return found


def _join(found: Ways, more: Ways) -> None:
    for key, way in more.items():
        found[key] = found.get(key, Direction.NONE) | way


_READERS: dict[type[tree.Node], Callable[[_DirectionReader, Any, int | None], Ways]] = {
    tree.Fact: _DirectionReader._fact,
    tree.Arithmetic: _DirectionReader._arithmetic,
    tree.DividedBy: _DirectionReader._divided,
    tree.OverYears: _DirectionReader._over_years,
    tree.Growth: _DirectionReader._growth,
    tree.YearsCounted: _DirectionReader._years_counted,
    tree.DaysBetween: _DirectionReader._days_between,
    tree.Banded: _DirectionReader._banded,
    tree.IfStated: _DirectionReader._if_stated,
    tree.Comparison: _DirectionReader._compared,
    tree.RatioComparison: _DirectionReader._ratio,
    tree.ListedIn: _DirectionReader._listed,
    tree.Opposite: _DirectionReader._opposite,
    tree.ScoreItem: _DirectionReader._item,
    tree.Grading: _DirectionReader._rest,
}
