"""The table of what was read beside a peer: work, ours, the peer's, their ratio, the goal, and whether it is met."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace

#: A figure so many times worse than its goal is a loss that a noisy machine does not explain.
FAR = 10


@dataclass(frozen=True)
class Goal:
    """What a figure has to reach: at least or at most `bound`. Figures in × hold on any machine, those in seconds do not.

    `small` is what it has to reach on a small register, where that is another: what the peer pays by the row is little there.
    """

    bound: float
    unit: str = "×"
    at_least: bool = True
    small: float | None = None

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.bound:g} {self.unit}".strip()

    def shortfall(self, figure: float) -> float:
        """How many times worse than the bound a figure is; 1 where it is reached."""
        wanted, had = (self.bound, figure) if self.at_least else (figure, self.bound)
        if wanted <= had:
            return 1.0
        return wanted / had if had else math.inf


@dataclass(frozen=True)
class Row:
    """One line of the table; without a goal it is there to be known."""

    work: str
    ours: str
    peer: str
    figure: float
    unit: str = "×"
    goal: Goal | None = None

    @property
    def met(self) -> bool:
        """Whether the goal is reached; what has none is."""
        return self.goal is None or self.goal.shortfall(self.figure) <= 1

    @property
    def lost(self) -> bool:
        """Whether a goal that holds on any machine is missed by far on a small register."""
        if self.goal is None or self.goal.unit == "ms":
            return False
        bound = self.goal.bound if self.goal.small is None else self.goal.small
        return replace(self.goal, bound=bound).shortfall(self.figure) > FAR

    def cells(self) -> tuple[str, ...]:
        """The line as it is printed."""
        figure = f"{self.figure:.2f} {self.unit}" if self.unit == "×" else f"{self.figure:,.0f} {self.unit}"
        goal, met = ("", "") if self.goal is None else (str(self.goal), "yes" if self.met else "**no**")
        return (self.work, self.ours, self.peer, figure.strip(), goal, met)


HEADER = ("work", "Yumiao", "peer", "figure", "goal", "met")


def ratio(ours: Sequence[float], peers: Sequence[float]) -> float:
    """How many times more the one is than the other: the median of the rounds, each read side by side."""
    return statistics.median(one / other for one, other in zip(ours, peers, strict=True))
