"""Met, unmet or unknown: unknown is not no."""

from collections.abc import Iterable
from enum import StrEnum


class Outcome(StrEnum):
    """How a condition, or a whole policy, stands."""

    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"

    def __invert__(self) -> "Outcome":
        """The outcome of the opposite condition."""
        return _OPPOSITE[self]


_OPPOSITE = {Outcome.MET: Outcome.UNMET, Outcome.UNMET: Outcome.MET, Outcome.UNKNOWN: Outcome.UNKNOWN}


def all_of(outcomes: Iterable[Outcome]) -> Outcome:
    """Unmet if any is unmet, else unknown if any is unknown, else met."""
    found = set(outcomes)
    if Outcome.UNMET in found:
        return Outcome.UNMET
    return Outcome.UNKNOWN if Outcome.UNKNOWN in found else Outcome.MET


def any_of(outcomes: Iterable[Outcome]) -> Outcome:
    """Met if any is met, else unknown if any is unknown, else unmet."""
    return ~all_of(~outcome for outcome in outcomes)


def whichever(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome that holds under every possible assumption; unknown when the assumptions differ."""
    found = set(outcomes)
    return found.pop() if len(found) == 1 else Outcome.UNKNOWN
