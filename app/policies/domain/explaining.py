"""The explaining interpreter: a policy applied to what is known of one subject, with the reason for every clause."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from app.policies.domain import tree
from app.policies.domain.facts import FactKey, Facts
from app.policies.domain.knowledge import Exact, Known, ends
from app.policies.domain.linear import End, Linear, product
from app.policies.domain.outcome import Outcome, all_of, any_of, whichever
from app.policies.domain.policy import Condition, Policy
from app.policies.domain.reckoning import Reckoner, chosen
from app.policies.domain.splitting import counts_years, worlds
from app.policies.domain.units import Unit, plain
from app.policies.domain.verdict import Basis, Clause, Evaluation, Finding, Measure, Reason, Requirement, measure
from app.policies.domain.worlds import REGISTERED_ON


def evaluate(policy: Policy, facts: Facts, on: date) -> Evaluation:
    """How the subject stands for an application on `on`: unmet if any clause is, else unknown if any is, else met."""
    clauses = tuple(_clause(condition, facts, on) for condition in policy.conditions)
    return Evaluation(policy, on, all_of(clause.outcome for clause in clauses), clauses)


def _clause(condition: Condition, facts: Facts, on: date) -> Clause:
    if condition.test is not None:
        return Clause(condition, _finding(condition.test, facts, on))
    children = tuple(_clause(part, facts, on) for part in condition.parts)
    together = any_of if condition.any_part else all_of
    outcome = together(child.outcome for child in children)
    return Clause(condition, _of_parts(outcome, children), children)


def _of_parts(outcome: Outcome, children: Sequence[Clause]) -> Finding:
    """The finding of a condition made of parts: what its first deciding part says, and all that it waits for."""
    deciding = next((child.finding for child in children if child.outcome is outcome), children[0].finding)
    missing = _unique(key for child in children for key in child.finding.missing) if outcome is Outcome.UNKNOWN else ()
    return Finding(outcome, deciding.required, deciding.actual, deciding.gap, deciding.basis, deciding.reason, missing)


# -- one test, over its possible worlds -------------------------------------------------------------------------------


def _finding(test: tree.Node, facts: Facts, on: date) -> Finding:
    while isinstance(test, tree.IfTold):
        test = chosen(test, facts, None)
    possible = worlds(test, facts, on)
    found = []
    touched: list[FactKey] = [REGISTERED_ON] if counts_years(test) and len({w.years for w in possible}) > 1 else []
    for world in possible:
        reckoner = Reckoner(facts, on, world)
        found.append(_LOOKS.get(type(test), _plainly)(reckoner, test))
        touched.extend(reckoner.touched)
    finding = _joined(found)
    if finding.outcome is not Outcome.UNKNOWN:
        return finding
    missing = _unique(key for key in touched if not isinstance(facts.of(key), Known))
    return _with_missing(finding, missing)


def _joined(found: Sequence[Finding]) -> Finding:
    """What holds in every world; values become the bounds of all worlds' values."""
    if len(found) == 1:
        return found[0]
    outcome = whichever(finding.outcome for finding in found)
    first = found[0]
    return Finding(
        outcome,
        _joined_requirement([finding.required for finding in found]),
        _hull([finding.actual for finding in found]),
        _hull([finding.gap for finding in found]) if outcome is not Outcome.MET else None,
        _joined_basis(found),
        first.reason if all(finding.reason is first.reason for finding in found) else None,
    )


def _joined_requirement(required: Sequence[Requirement | None]) -> Requirement | None:
    first = required[0]
    if first is None or first.value is None:
        return first
    value = _hull([item.value if item else None for item in required])
    return Requirement(first.relation, value) if value else first


def _joined_basis(found: Sequence[Finding]) -> tuple[Basis, ...]:
    """The intermediate values that every world has, with the bounds of them all."""
    values = [{basis.node: basis.value for basis in finding.basis} for finding in found]
    joined = ((basis.node, _hull([world.get(basis.node) for world in values])) for basis in found[0].basis)
    return tuple(Basis(node, value) for node, value in joined if value is not None)


def _hull(measures: Sequence[Measure | None]) -> Measure | None:
    """The bounds around all measures; None when one of them is missing."""
    present = [item for item in measures if item is not None]
    if not present or len(present) < len(measures):
        return None
    lows: list[Any] = [item.low for item in present]
    highs: list[Any] = [item.high for item in present]
    return Measure(present[0].unit, None if None in lows else min(lows), None if None in highs else max(highs))


def _with_missing(finding: Finding, missing: tuple[FactKey, ...]) -> Finding:
    return Finding(
        finding.outcome, finding.required, finding.actual, finding.gap, finding.basis, finding.reason, missing
    )


def _unique(keys: Iterable[FactKey]) -> tuple[FactKey, ...]:
    return tuple(dict.fromkeys(keys))


# -- one test in one world --------------------------------------------------------------------------------------------


def _plainly(reckoner: Reckoner, test: tree.Node) -> Finding:
    return Finding(reckoner.holds(test))


def _yes_no(reckoner: Reckoner, test: tree.Fact, *, wanted: bool = True) -> Finding:
    outcome = reckoner.holds(test) if wanted else ~reckoner.holds(test)
    low, high = ends(reckoner.knowledge(FactKey(test.code)))
    actual = measure(Unit.YES_NO, low) if low is not None and low == high else None
    return Finding(outcome, Requirement("=", measure(Unit.YES_NO, wanted)), actual)


def _opposite(reckoner: Reckoner, test: tree.Opposite) -> Finding:
    if isinstance(test.part, tree.Fact):
        return _yes_no(reckoner, test.part, wanted=False)
    return _plainly(reckoner, test)


def _listed(reckoner: Reckoner, test: tree.ListedIn) -> Finding:
    known = reckoner.knowledge(FactKey(test.code))
    actual = measure(Unit.CODE, known.value) if isinstance(known, Known) else None
    return Finding(reckoner.holds(test), Requirement("in", None, test.list_name), actual)


def _judged(reckoner: Reckoner, test: tree.Judged) -> Finding:
    return Finding(reckoner.holds(test), reason=Reason.JUDGED_BY_PEOPLE)


def _compared(reckoner: Reckoner, test: tree.Comparison) -> Finding:
    outcome = reckoner.holds(test)
    left, right = reckoner.number(test.left), reckoner.number(test.right)
    shown = _as_dates if test.left.unit is Unit.DATE else _as_numbers
    unit = Unit.DAYS if test.left.unit is Unit.DATE else test.left.unit
    return Finding(
        outcome,
        Requirement(test.relation, shown(test.right.unit, right.low, right.high)),
        _where(outcome, shown(test.left.unit, left.low, left.high), test.relation, right),
        _gap(outcome, unit, _shortfall(test.relation, left - right)),
        _bases(reckoner, test.right),
    )


def _ratio(reckoner: Reckoner, test: tree.RatioComparison) -> Finding:
    outcome = reckoner.holds(test)
    top, bottom, threshold = map(reckoner.number, (test.numerator, test.denominator, test.right))
    empty = bottom.high is not None and bottom.high <= 0
    excess = top - product(bottom, threshold, test)
    actual = None if empty else _as_numbers(Unit.SHARE, *_quotient(top, bottom))
    return Finding(
        outcome,
        Requirement(test.relation, _as_numbers(Unit.SHARE, threshold.low, threshold.high)),
        None if actual is None else _where(outcome, actual, test.relation, threshold),
        None if empty else _gap(outcome, test.numerator.unit, _shortfall(test.relation, excess)),
        (*_bases(reckoner, test.numerator, test.denominator), *_bands(reckoner, test.right)),
        _why_empty(reckoner, test) if empty else None,
    )


def _why_empty(reckoner: Reckoner, test: tree.Node) -> Reason:
    if counts_years(test) and not reckoner.world.years:
        return Reason.NO_FISCAL_YEAR
    return Reason.ZERO_DENOMINATOR


def _shortfall(relation: tree.Relation, excess: Linear) -> Linear:
    """How much is lacking, given what the left side has over the right."""
    return excess if relation in {tree.Relation.AT_MOST, tree.Relation.LESS} else excess.times(-1)


def _gap(outcome: Outcome, unit: Unit, lacking: Linear) -> Measure | None:
    if outcome is Outcome.MET:
        return None
    low, high = lacking.low, lacking.high
    return Measure(unit, max(0, low) if low is not None else 0, max(0, high) if high is not None else None)


def _where(outcome: Outcome, actual: Measure, relation: tree.Relation, required: Linear) -> Measure:
    """The bounds of the actual value, with what the outcome itself tells about them."""
    low, high = actual.low, actual.high
    if outcome is Outcome.MET and relation is tree.Relation.AT_LEAST:
        low = _tighter(max, low, required.low)
    if outcome is Outcome.UNMET and relation is tree.Relation.AT_LEAST:
        high = _tighter(min, high, required.high)
    return Measure(actual.unit, low, high) if actual.unit is not Unit.DATE else actual


def _tighter(choose: Callable[..., Any], known: Any, other: End) -> Any:
    if known is None or other is None:
        return other if known is None else known
    return choose(known, other)


def _quotient(top: Linear, bottom: Linear) -> tuple[End, End]:
    """Bounds of a quotient over the positive values of `bottom`; exact when both are."""
    return _least_quotient(top.low, bottom), _negated(_least_quotient(_negated(top.high), bottom))


def _least_quotient(least_top: End, bottom: Linear) -> End:
    """The lowest quotient that `least_top` can have; None when there is none."""
    if least_top is None:
        return None
    if least_top >= 0:
        return 0 if bottom.high is None else plain(Fraction(least_top) / bottom.high)
    return plain(Fraction(least_top) / bottom.low) if bottom.low is not None and bottom.low > 0 else None


def _negated(end: End) -> End:
    return None if end is None else -end


def _bases(reckoner: Reckoner, *nodes: tree.Node) -> tuple[Basis, ...]:
    """Named and gathered values worth showing beside a clause."""
    shown = [node for node in nodes if isinstance(node, (tree.Named, tree.OverYears, tree.Fact))]
    plain_ones = [node for node in shown if not isinstance(node, tree.Named) or not _is_parameter(node)]
    return tuple(Basis(node, _of(reckoner, node)) for node in plain_ones)


def _bands(reckoner: Reckoner, node: tree.Node) -> tuple[Basis, ...]:
    banded = [found for found in tree.walk(node) if isinstance(found, tree.Banded)]
    return tuple(Basis(found.subject, _of(reckoner, found.subject)) for found in banded)


def _is_parameter(node: tree.Named) -> bool:
    return isinstance(node.body, (tree.Literal, tree.Banded))


def _of(reckoner: Reckoner, node: tree.Node) -> Measure:
    form = reckoner.number(node)
    return (_as_dates if node.unit is Unit.DATE else _as_numbers)(node.unit, form.low, form.high)


def _as_numbers(unit: Unit, low: End, high: End) -> Measure:
    return Measure(unit, low, high)


def _as_dates(unit: Unit, low: End, high: End) -> Measure:
    return Measure(unit, _day(low), _day(high))


def _day(ordinal: End) -> Exact | None:
    inside = ordinal is not None and 1 <= ordinal <= date.max.toordinal()
    return date.fromordinal(int(ordinal)) if inside and ordinal is not None else None


_LOOKS: dict[type[tree.Node], Callable[[Reckoner, Any], Finding]] = {
    tree.Comparison: _compared,
    tree.RatioComparison: _ratio,
    tree.Fact: _yes_no,
    tree.Opposite: _opposite,
    tree.ListedIn: _listed,
    tree.Judged: _judged,
}
