"""The smallest change of one fact that makes its goals met.

Where the fact pulls them one way only (`planning_ways`), the nearest value that passes is found by halving. Where it
may pull both ways, whole ranges are tried at once, since the evaluator takes bounds: a range that is unmet holds no
value that passes, a range that is met begins with the nearest one, any other is halved. What cannot be settled within
the trials of a search is not said.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.policies.domain.plan.ladders import Ladder
from app.policies.domain.values.knowledge import Knowledge
from app.policies.domain.values.outcome import Outcome

Try = Callable[[Knowledge], Outcome]
"""How the goals stand with the fact known so."""

MOST_RANGES = 160
_STRIDE = 16


@dataclass(frozen=True)
class Search:
    """Asks `look` how the goals stand with the fact on some rungs of `ladder`; `enough` are the outcomes sought."""

    look: Try
    ladder: Ladder
    enough: frozenset[Outcome]

    def at(self, first: int, last: int) -> Outcome:
        """How the goals stand for all rungs from `first` to `last`."""
        return self.look(self.ladder.span(first, last))

    def passes(self, rung: int) -> bool:
        """Whether the goals stand well enough on a rung."""
        return self.at(rung, rung) in self.enough


def nearest(search: Search, *, one_way: bool, hint: int | None = None) -> int | None:
    """The lowest rung that passes, or None; `hint` is a rung worth trying first."""
    return _halved(search, hint) if one_way else _by_ranges(search, hint)


def farthest(search: Search) -> int | None:
    """The highest rung up to which every one passes, the lowest included; None where none fails, or it stays open."""
    pending = list(reversed(list(_ranges(search.ladder, None))))
    for _ in range(MOST_RANGES):
        if not pending:
            return None
        first, last = pending.pop()
        outcome = search.at(first, last)
        if outcome is Outcome.MET:
            continue
        if first == last:
            return first - 1
        middle = (first + last) // 2
        pending += [(middle + 1, last), (first, middle)]
    return None


def nearer(search: Search, passing: int, failing: int) -> int:
    """A rung that passes although the one before it does not, between one that fails and one that passes."""
    while passing - failing > 1:
        middle = (passing + failing) // 2
        failing, passing = (failing, middle) if search.passes(middle) else (middle, passing)
    return passing


def _halved(search: Search, hint: int | None) -> int | None:
    """By halving between a rung that fails and one that passes; every rung beyond one that passes passes too."""
    ladder, passes = search.ladder, search.passes
    failing, passing = ladder.first - 1, None
    if hint is not None and ladder.first <= hint <= ladder.last:
        if not passes(hint):
            failing = hint
        elif hint == ladder.first or not passes(hint - 1):
            return hint
        else:
            passing = hint - 1
    if passing is None:
        failing, passing = _bracket(search, failing)
    return None if passing is None else nearer(search, passing, failing)


def _bracket(search: Search, failing: int) -> tuple[int, int | None]:
    """A rung that fails and one beyond that passes: the last one must pass, then farther and farther ones are tried."""
    far = next((rung for rung in _far_ends(search.ladder) if search.passes(rung)), None)
    rung = max(failing, 1) * _STRIDE
    while far is not None and rung < far:
        if search.passes(rung):
            return failing, rung
        failing, rung = rung, rung * _STRIDE
    return failing, far


def _far_ends(ladder: Ladder) -> Iterator[int]:
    """The last rung, and the one before: a denominator that has gone down to nothing fails again."""
    yield ladder.last
    if ladder.step < 0 and ladder.last > ladder.first:
        yield ladder.last - 1


def _by_ranges(search: Search, hint: int | None) -> int | None:
    """By ranges that the evaluator decides as a whole, the nearest first; None where a single value stays open."""
    nearest_one = search.at(search.ladder.first, search.ladder.first)
    if nearest_one is not Outcome.UNMET:
        return search.ladder.first if nearest_one in search.enough else None
    pending = list(reversed(list(_ranges(search.ladder, hint))))
    for _ in range(MOST_RANGES):
        if not pending:
            return None
        first, last = pending.pop()
        outcome = search.at(first, last)
        if outcome is Outcome.MET:
            return first
        if outcome is Outcome.UNMET:
            continue
        if first == last:
            return first if outcome in search.enough else None
        middle = (first + last) // 2
        pending += [(middle + 1, last), (first, middle)]
    return None


def _ranges(ladder: Ladder, hint: int | None) -> Iterator[tuple[int, int]]:
    """The whole ladder in ranges that grow; the hint in a range of its own."""
    first = ladder.first
    if hint is not None and first < hint <= ladder.last:
        yield first, hint - 1
        yield hint, hint
        first = hint + 1
    width = max(_STRIDE, first)
    while first <= ladder.last:
        last = min(first + width - 1, ladder.last)
        yield first, last
        first, width = last + 1, width * _STRIDE
