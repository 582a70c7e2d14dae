"""The parts of a verdict as people read it, in the current language; `presenting` builds them from the answer."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class MissingView:
    """A fact that the verdict waits for: its name, for which years, who supplies it, and where."""

    code: str
    label: str
    years: tuple[int, ...]
    said_by: str
    url: str
    left_to_bureau: bool = False


@dataclass(frozen=True)
class ClauseView:
    """One condition, for `ui.conditions`; `title` is its `name` with what is `required`, as dense lists show it."""

    id: str
    outcome: str
    title: str
    reference: str
    actual: str
    gap: str
    note: str
    missing: tuple[MissingView, ...]
    children: tuple["ClauseView", ...] = ()
    url: str = ""
    name: str = ""
    required: str = ""
    verified: bool = True


@dataclass(frozen=True)
class ItemView:
    """An item of the score: its points, or between which it lies (`points` says so in words), and why.

    `options` are those of which the best counts; `review` says that people must look at it.
    """

    id: str
    title: str
    reference: str
    low: int
    high: int
    at_most: int
    points: str
    why: str
    label: str
    review: bool
    missing: tuple[MissingView, ...]
    note: str
    options: tuple["ItemView", ...] = ()

    @property
    def rows(self) -> tuple[tuple[int, "ItemView"], ...]:
        """The item with its depth 0, then its options with depth 1."""
        return ((0, self), *((1, option) for option in self.options))


@dataclass(frozen=True)
class BlockView:
    """A block of the score."""

    id: str
    title: str
    reference: str
    low: int
    high: int
    at_most: int
    points: str
    note: str
    items: tuple[ItemView, ...]


@dataclass(frozen=True)
class ScoreView:
    """The score between `low` and `high` of at most `most` points; `required` and `mark` are what a condition asks of it.

    It passes from `mark` points on; `waits` tells in a sentence what an open score waits for.
    """

    title: str
    low: int
    high: int
    most: int
    points: str
    required: str
    mark: int | None
    outcome: str
    outcome_text: str
    waits: str
    blocks: tuple[BlockView, ...]

    @property
    def exact(self) -> bool:
        """Whether it is one number."""
        return self.low == self.high


@dataclass(frozen=True)
class VerdictView:
    """One policy's verdict on one firm, in the current language.

    `missing` are the facts that would decide an open condition, `judged` those on which only people's judgement waits.
    `headline` says what it comes to, `counts` how many conditions are not met or open.
    """

    policy: str
    title: str
    version: str
    on: date
    outcome: str
    outcome_text: str
    state: str
    headline: str
    counts: str
    basis: str
    clauses: tuple[ClauseView, ...]
    missing: tuple[MissingView, ...]
    judged: tuple[MissingView, ...]
    unmet: int
    unknown: int
    met: int
    score: ScoreView | None = None

    @property
    def rows(self) -> tuple[tuple[int, ClauseView], ...]:
        """Every condition with its depth, parts after what they are part of."""
        return tuple(row for clause in self.clauses for row in _rows(clause, 0))

    @property
    def lines(self) -> tuple[ClauseView, ...]:
        """The conditions without their parts' parents: what a dense list shows."""
        return tuple(leaf for clause in self.clauses for leaf in _leaves(clause))


def _leaves(clause: ClauseView) -> tuple[ClauseView, ...]:
    if not clause.children:
        return (clause,)
    return tuple(leaf for child in clause.children for leaf in _leaves(child))


def _rows(clause: ClauseView, depth: int) -> tuple[tuple[int, ClauseView], ...]:
    below = (row for child in clause.children for row in _rows(child, depth + 1))
    return ((depth, clause), *below)
