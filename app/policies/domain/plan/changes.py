"""One change that a plan proposes: of which figure, from what to what, and until when it can still be made."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any

from app.policies.domain.facts.catalogue import FactDefinition, FactKey, Facts
from app.policies.domain.language.policy import Condition
from app.policies.domain.language.verdict import Measure, measure
from app.policies.domain.values.knowledge import Exact, Knowledge, Known, ends
from app.policies.domain.values.units import Unit

APPLICATION_DAY = FactKey("application_day")
"""What changes when one waits."""


class ChangeKind(StrEnum):
    """What has to be done about a figure. In the order in which a plan prefers them."""

    TELL = "tell"
    CHANGE = "change"
    WAIT = "wait"
    CORRECT = "correct"


class Why(StrEnum):
    """Why a figure cannot be changed any more for this application."""

    YEAR_OVER = "year_over"
    WINDOW = "window"
    HISTORY = "history"


@dataclass(frozen=True)
class Changeability:
    """Whether a figure can still be changed, by which day it must stand, and why not. `by` is None where unknown."""

    changeable: bool
    by: date | None
    why: Why | None = None


@dataclass(frozen=True)
class Change:
    """One figure changed so that `goal` is met. `relation` says what else would do: that value or more (>=) or less (<=),
    any code of the list `list_name` (in), or (=) that more is not claimed than that this value does.
    """

    goal: Condition
    key: FactKey
    unit: Unit
    before: Knowledge
    after: Exact
    relation: str
    kind: ChangeKind
    changeability: Changeability
    list_name: str | None = None

    @property
    def waits(self) -> bool:
        """Whether the change is a later application."""
        return self.key == APPLICATION_DAY

    @property
    def difference(self) -> Measure | None:
        """By how much the figure changes; None where it was not known, or is no quantity."""
        if not isinstance(self.before, Known):
            return None
        if self.unit is Unit.DATE:
            return measure(Unit.DAYS, abs(number(self.after) - number(self.before.value)))
        if not self.unit.is_quantity:
            return None
        return measure(self.unit, abs(number(self.after) - number(self.before.value)))

    @property
    def rises(self) -> bool:
        """Whether the figure has to become more."""
        low, _high = ends(self.before)
        if isinstance(self.before, Known):
            return bool(number(self.after) > number(low)) if self.unit.is_quantity else True
        return self.relation == ">="

    def effort(self) -> tuple[int, bool, Fraction]:
        """What a plan prefers: to tell, then to change what can still be changed, then to correct what no longer can;
        to raise rather than to lower, since no firm should shrink to pass; and the smaller relative change. A figure
        that was nothing changes by as many wholes as it gains, a yes, no or code by one whole, waiting by none.
        """
        rank = 0 if self.kind is ChangeKind.TELL else 1 if self.changeability.changeable else 2
        difference = self.difference
        if self.waits or difference is None or not isinstance(self.before, Known):
            return rank, False, Fraction(0 if self.waits else 1)
        before = abs(Fraction(self.before.value))  # type: ignore[arg-type]
        return rank, not self.rises, Fraction(difference.low) / (before or 1)  # type: ignore[arg-type]


def changeability_of(definition: FactDefinition, key: FactKey, application: date, today: date) -> Changeability:
    """Until when a figure can be changed for an application on `application`, as seen on `today`.

    A figure of a fiscal year stands by that year's 31 December; one told of a window of days only time changes;
    property, products, grades and standards count as they are on the day of the application.
    """
    year = fiscal_year(definition, key, application)
    if year is not None:
        last = date(year, 12, 31)
        return (
            Changeability(True, min(last, application))
            if year >= today.year
            else Changeability(False, last, Why.YEAR_OVER)
        )
    if definition.window_days is not None:
        return Changeability(False, None, Why.WINDOW)
    if definition.unit is Unit.DATE:
        return Changeability(False, None, Why.HISTORY)
    return Changeability(True, application)


def fiscal_year(definition: FactDefinition, key: FactKey, application: date) -> int | None:
    """The fiscal year that a figure is of: the year it was told for, else (a figure with a basis) the latest one."""
    if key.year is not None:
        return key.year
    return application.year - 1 if definition.basis is not None else None


def applied(facts: Facts, changes: tuple[Change, ...]) -> Facts:
    """The facts as they would be after the changes."""
    known = {change.key: Known(change.after) for change in changes if not change.waits}
    return Facts(facts.catalogue, {**facts.known, **known})


def applied_on(on: date, changes: tuple[Change, ...]) -> date:
    """The day of the application after the changes."""
    return max([on, *(change.after for change in changes if isinstance(change.after, date) and change.waits)])


def kind_of(before: Knowledge, until: Changeability) -> ChangeKind:
    """What has to be done about a figure."""
    if not isinstance(before, Known):
        return ChangeKind.TELL
    if until.changeable:
        return ChangeKind.CHANGE
    return ChangeKind.WAIT if until.why is Why.WINDOW else ChangeKind.CORRECT


def number(value: Any) -> Any:
    """A value to reckon with: a date as its number of days."""
    return value.toordinal() if isinstance(value, date) else value
