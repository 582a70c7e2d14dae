"""How much a scheme gives: calculated exactly, within bounds where facts are missing, with a line for every step.

The order is the one in which such documents are read: conditions, tier, base × ratio, cap, floor, rounding. A base of 0
gives nothing. Every step is monotone, so that bounds of the base become bounds of the amount.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor

from app.incentives.domain.plan import AmountPlan
from app.incentives.domain.scheme import AmountType, Rounding, Scheme, Tier
from app.policies.domain.facts.catalogue import FactKey, Facts
from app.policies.domain.language import tree
from app.policies.domain.language.alternatives import assumptions, counts_years
from app.policies.domain.language.assumptions import REGISTERED_ON
from app.policies.domain.language.calculator import Calculator
from app.policies.domain.language.verdict import Measure
from app.policies.domain.values.knowledge import Known
from app.policies.domain.values.linear import End
from app.policies.domain.values.outcome import Outcome, all_of, whichever
from app.policies.domain.values.units import Unit


class AmountLineKind(StrEnum):
    """What a line of the calculation tells."""

    UNSET = "unset"
    IN_WORDS = "in_words"
    WHEN = "when"
    REQUIRES = "requires"
    FIXED = "fixed"
    TIER = "tier"
    NO_TIER = "no_tier"
    BASE = "base"
    RATIO = "ratio"
    CAP = "cap"
    FLOOR = "floor"
    ROUNDED = "rounded"
    RESULT = "result"


@dataclass(frozen=True)
class AmountLine:
    """One step: the amount after it, the outcome of a condition, the formula or tier that it is about."""

    kind: AmountLineKind
    value: Measure | None = None
    outcome: Outcome = Outcome.MET
    node: tree.Node | None = None
    tier: int | None = None
    ratio: Decimal | None = None


@dataclass(frozen=True)
class Amount:
    """What a scheme gives, in 分, from `low` to `high` (None: no upper bound is known). `due` says whether anything is,
    `read` which values were looked at, `missing` which of them are not known and keep the amount open.
    """

    low: int
    high: int | None
    due: Outcome = Outcome.MET
    lines: tuple[AmountLine, ...] = ()
    missing: tuple[FactKey, ...] = ()
    read: tuple[FactKey, ...] = ()

    @property
    def fen(self) -> int | None:
        """The amount where it is one number."""
        return self.low if self.low == self.high else None

    @property
    def known(self) -> bool:
        """Whether it is one number."""
        return self.fen is not None


@dataclass(frozen=True)
class Eligibility:
    """What the triggering fact and the policies say of the firm; an occurrence nobody knows is empty."""

    occurrence: str = ""
    required: Outcome = Outcome.MET


def calculate(plan: AmountPlan, facts: Facts, on: date, eligibility: Eligibility = Eligibility()) -> Amount:
    """The amount of the firm with these facts, triggered on `on`."""
    return _Calculation(plan, facts, on, eligibility).amount()


@dataclass(frozen=True)
class _Span:
    """An amount within bounds, not rounded yet."""

    low: Fraction
    high: Fraction | None

    @property
    def measure(self) -> Measure:
        return Measure(Unit.YUAN, self.low, self.high)


NOTHING = _Span(Fraction(0), Fraction(0))
ANYTHING = _Span(Fraction(0), None)


class _Calculation:
    def __init__(self, plan: AmountPlan, facts: Facts, on: date, eligibility: Eligibility) -> None:
        self._plan, self._facts, self._on, self._eligibility = plan, facts, on, eligibility
        self._scheme = plan.scheme
        self._lines: list[AmountLine] = []
        self._touched: dict[FactKey, None] = {}

    def amount(self) -> Amount:
        if self._scheme.amount_type is AmountType.UNSET:
            return Amount(0, None, Outcome.UNKNOWN, (AmountLine(AmountLineKind.UNSET),))
        due = self._due()
        if due is Outcome.UNMET:
            return self._stated(NOTHING, due)
        span = self._gross()
        if span is None:
            return self._stated(NOTHING, Outcome.UNMET)
        span = self._limited(span)
        if span.high == 0:
            return self._stated(NOTHING, Outcome.UNMET)
        if due is Outcome.UNKNOWN or span.low == 0:
            return self._stated(_Span(Fraction(0), span.high), Outcome.UNKNOWN)
        return self._stated(span, Outcome.MET)

    def _stated(self, span: _Span, due: Outcome) -> Amount:
        low, high = int(span.low), None if span.high is None else int(span.high)
        self._lines.append(AmountLine(AmountLineKind.RESULT, Measure(Unit.YUAN, low, high), due))
        missing = [key for key in self._touched if not isinstance(self._facts.of(key), Known)] if low != high else []
        return Amount(low, high, due, tuple(self._lines), tuple(missing), tuple(self._touched))

    # -- whether --------------------------------------------------------------------------------------------------------

    def _due(self) -> Outcome:
        outcomes = []
        if self._plan.when is not None:
            outcomes.append(self._holds(self._plan.when))
            self._lines.append(AmountLine(AmountLineKind.WHEN, None, outcomes[-1], self._plan.when))
        if self._scheme.requires is not None:
            outcomes.append(self._eligibility.required)
            self._lines.append(AmountLine(AmountLineKind.REQUIRES, None, self._eligibility.required))
        return all_of(outcomes)

    def _holds(self, test: tree.Node) -> Outcome:
        found = []
        for assumption in assumptions(test, self._facts, self._on):
            calculator = Calculator(self._facts, self._on, assumption)
            found.append(calculator.holds(test))
            self._touched.update(dict.fromkeys(calculator.touched))
        self._touch_years(test)
        return whichever(found)

    def _touch_years(self, node: tree.Node) -> None:
        if counts_years(node):
            self._touched[REGISTERED_ON] = None

    # -- how much -------------------------------------------------------------------------------------------------------

    def _gross(self) -> _Span | None:
        """The amount before cap and floor; None where no tier is for this firm."""
        scheme = self._scheme
        if scheme.amount_type is AmountType.FIXED and scheme.amount is not None:
            span = _exactly(scheme.amount)
            self._lines.append(AmountLine(AmountLineKind.FIXED, span.measure))
            return span
        if scheme.amount_type is AmountType.RATIO and scheme.ratio is not None:
            return self._share(scheme.ratio)
        return self._tiered()

    def _share(self, ratio: Decimal) -> _Span:
        base = self._base()
        high = None if base.high is None else max(Fraction(0), base.high) * Fraction(ratio)
        span = _Span(max(Fraction(0), base.low) * Fraction(ratio), high)
        self._lines.append(AmountLine(AmountLineKind.RATIO, span.measure, ratio=ratio))
        return span

    def _base(self) -> _Span:
        node = self._plan.base
        if node is None:
            self._lines.append(AmountLine(AmountLineKind.IN_WORDS))
            return ANYTHING
        ends = []
        for assumption in assumptions(node, self._facts, self._on):
            calculator = Calculator(self._facts, self._on, assumption)
            form = calculator.number(node)
            ends.append((form.low, form.high))
            self._touched.update(dict.fromkeys(calculator.touched))
        self._touch_years(node)
        span = _around(ends)
        self._lines.append(AmountLine(AmountLineKind.BASE, span.measure, node=node))
        return span

    def _tiered(self) -> _Span | None:
        """The bounds of all tiers that may be the firm's: those not excluded, down to the first that holds."""
        possible: list[tuple[int, Tier]] = []
        outcome = Outcome.UNMET
        for index, tier in enumerate(self._scheme.tiers):
            outcome = self._in_tier(index, tier)
            if outcome is not Outcome.UNMET:
                possible.append((index, tier))
            if outcome is Outcome.MET:
                break
        if not possible:
            self._lines.append(AmountLine(AmountLineKind.NO_TIER, outcome=Outcome.UNMET))
            return None
        spans = [
            self._tier(index, tier, sure=len(possible) == 1 and outcome is Outcome.MET) for index, tier in possible
        ]
        if outcome is not Outcome.MET:
            self._lines.append(AmountLine(AmountLineKind.NO_TIER, outcome=Outcome.UNKNOWN))
            spans.append(NOTHING)
        return _around([(span.low, span.high) for span in spans])

    def _in_tier(self, index: int, tier: Tier) -> Outcome:
        test = self._plan.tiers[index]
        if test is not None:
            return self._holds(test)
        if tier.occurrence is not None:
            known = self._eligibility.occurrence
            return (Outcome.MET if known == tier.occurrence else Outcome.UNMET) if known else Outcome.UNKNOWN
        return Outcome.UNKNOWN if tier.limited else Outcome.MET

    def _tier(self, index: int, tier: Tier, *, sure: bool) -> _Span:
        outcome = Outcome.MET if sure else Outcome.UNKNOWN
        if tier.ratio is not None:
            self._lines.append(AmountLine(AmountLineKind.TIER, None, outcome, self._plan.tiers[index], index))
            return self._share(tier.ratio)
        low, high = Fraction(tier.amount or 0) * 100, Fraction(tier.up_to or tier.amount or 0) * 100
        span = _Span(low, high)
        self._lines.append(AmountLine(AmountLineKind.TIER, span.measure, outcome, self._plan.tiers[index], index))
        return span

    # -- limits ---------------------------------------------------------------------------------------------------------

    def _limited(self, span: _Span) -> _Span:
        """Cap, floor and rounding at both ends; a line for each that changes something, or might."""
        for kind, limit in ((AmountLineKind.CAP, self._scheme.cap), (AmountLineKind.FLOOR, self._scheme.floor)):
            if limit is not None:
                changed = _limit(kind, span, Fraction(limit) * 100)
                if changed != span:
                    outcome = Outcome.MET if changed.low == changed.high else Outcome.UNKNOWN
                    self._lines.append(AmountLine(kind, changed.measure, outcome))
                span = changed
        rounded = _Span(
            _rounded(span.low, self._scheme), None if span.high is None else _rounded(span.high, self._scheme)
        )
        if rounded != span or self._scheme.rounding is not None:
            self._lines.append(AmountLine(AmountLineKind.ROUNDED, rounded.measure))
        return rounded


def _exactly(amount: Decimal) -> _Span:
    return _Span(Fraction(amount) * 100, Fraction(amount) * 100)


def _around(ends: list[tuple[End, End]]) -> _Span:
    """The bounds around all; an amount of money without a lower bound begins at 0, below which nothing is paid."""
    lows = [Fraction(0) if low is None else Fraction(low) for low, _high in ends]
    highs = [None if high is None else Fraction(high) for _low, high in ends]
    known = [high for high in highs if high is not None]
    return _Span(min(lows), max(known) if len(known) == len(highs) else None)


def _limit(kind: AmountLineKind, span: _Span, limit: Fraction) -> _Span:
    if kind is AmountLineKind.CAP:
        return _Span(min(span.low, limit), limit if span.high is None else min(span.high, limit))
    low, high = (end if end is None or end <= 0 else max(end, limit) for end in (span.low, span.high))
    return _Span(Fraction(low or 0), high)


def _rounded(value: Fraction, scheme: Scheme) -> Fraction:
    rounding = scheme.rounding or Rounding(to="分")
    unit = rounding.fen
    units = {"down": floor, "up": ceil, "nearest": lambda share: floor(share + Fraction(1, 2))}[rounding.way](
        value / unit
    )
    return Fraction(units * unit)
