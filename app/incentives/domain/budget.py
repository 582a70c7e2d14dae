"""A year's budget of a scheme or of a purpose: what is set aside, committed, expected, and what remains. Amounts in 分."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.incentives.domain.steps import IncentiveState


@dataclass(frozen=True)
class Sum:
    """Some incentives together: how many, from `low` to `high`; those of unknown amount are counted apart."""

    count: int = 0
    low: int = 0
    high: int = 0
    unknown: int = 0

    def __add__(self, other: "Sum") -> "Sum":
        return Sum(self.count + other.count, self.low + other.low, self.high + other.high, self.unknown + other.unknown)

    @property
    def exact(self) -> bool:
        """Whether it is one amount."""
        return self.low == self.high


NOTHING = Sum()


def several(count: int, low: int, high: int | None) -> Sum:
    """`count` incentives of one amount; without an upper bound it is unknown."""
    return Sum(count, 0, 0, count) if high is None else Sum(count, low * count, high * count)


def total(sums: Iterable[Sum]) -> Sum:
    """All of them together."""
    result = NOTHING
    for item in sums:
        result += item
    return result


class Alarm(StrEnum):
    """What the officer is told; a budget never blocks anything."""

    NONE = ""
    MAY_EXCEED = "may_exceed"
    WILL_EXCEED = "will_exceed"
    EXCEEDED = "exceeded"


@dataclass(frozen=True)
class BudgetView:
    """One year of a scheme, or of all schemes of a purpose. `budget` is None while nobody has set one.

    `uncounted` firms have an amount that depends on their figures and were too many to reckon one by one.
    """

    year: int
    budget: int | None
    document: str = ""
    recommended: Sum = NOTHING
    awarded: Sum = NOTHING
    paid: Sum = NOTHING
    expected: Sum = NOTHING
    uncounted: int = 0

    @property
    def committed(self) -> Sum:
        """What was recommended, awarded or paid."""
        return self.recommended + self.awarded + self.paid

    @property
    def remains(self) -> int | None:
        """What the budget leaves after all that is committed; negative when more was promised."""
        return None if self.budget is None else self.budget - self.committed.high

    @property
    def remains_after(self) -> int | None:
        """What it leaves when everybody expected is paid the most that is expected."""
        return None if self.remains is None else self.remains - self.expected.high

    @property
    def alarm(self) -> Alarm:
        """Whether the budget is exceeded, will be by what is expected, or may be."""
        if self.budget is None or self.remains is None or self.remains_after is None:
            return Alarm.NONE
        if self.budget < self.committed.low:
            return Alarm.EXCEEDED
        if self.budget < self.committed.low + self.expected.low:
            return Alarm.WILL_EXCEED
        open_ends = self.committed.unknown + self.expected.unknown + self.uncounted
        return Alarm.MAY_EXCEED if self.remains_after < 0 or open_ends else Alarm.NONE

    def of_state(self, state: IncentiveState) -> Sum:
        """The sum in one state; `ELIGIBLE` is what is expected."""
        return {
            IncentiveState.ELIGIBLE: self.expected,
            IncentiveState.RECOMMENDED: self.recommended,
            IncentiveState.AWARDED: self.awarded,
            IncentiveState.PAID: self.paid,
        }[state]
