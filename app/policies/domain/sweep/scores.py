"""The score over columns: between which points each item, block and the whole lie; `scoring` for one subject."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.policies.domain.forms.forms import Slot
from app.policies.domain.language import tree
from app.policies.domain.sweep.judgements import Judgement
from app.policies.domain.sweep.reader import Codes, Flags
from app.policies.domain.sweep.tests import MET, UNKNOWN, RowScope, either

Points = NDArray[np.int16]


@dataclass(frozen=True)
class BlockJudge:
    """A block to be judged: pairs of points for the block, then for each of its items."""

    node: tree.ScoreBlock
    measures: bool = False

    @property
    def width(self) -> int:
        """The block and its items."""
        return 1 + len(self.node.items)

    def judge(self, scope: RowScope) -> Judgement:
        """The points of the scope's rows. Raises `Unsuited`."""
        items = [_item(item, scope) for item in self.node.items]
        left: Flags | None = None
        for item in items:
            left = either(left, item.left)
        most = np.int16(self.node.most)
        low = np.minimum(most, np.sum([item.low for item in items], axis=0, dtype=np.int16))
        high = np.minimum(most, np.sum([item.high for item in items], axis=0, dtype=np.int16))
        return Judgement([(low, high), *((item.low, item.high) for item in items)], None, left)


@dataclass(frozen=True)
class _PointBounds:
    """The bounds of an item's points, and who is too near a boundary to say."""

    low: Points
    high: Points
    left: Flags | None


def _item(item: tree.ScoreItem, scope: RowScope) -> _PointBounds:
    if item.options:
        return _best([_item(option, scope) for option in item.options])
    *above, last = item.gradings
    low, high = (np.full(scope.size, end, np.int16) for end in _points(last, scope))
    left: Flags | None = None
    for grading in reversed(above):
        assert grading.condition is not None
        found = scope.judge(grading.condition)
        _put_over(_points(grading, scope), found.outcome, low, high)
        left = either(left, found.near)
    return _PointBounds(low, high, left)


def _best(options: list[_PointBounds]) -> _PointBounds:
    left: Flags | None = None
    for option in options:
        left = either(left, option.left)
    low = np.maximum.reduce([option.low for option in options])
    return _PointBounds(low, np.maximum.reduce([option.high for option in options]), left)


def _points(grading: tree.Grading, scope: RowScope) -> tuple[int, int] | tuple[Points, Points]:
    """What a grading gives: its points, or the grade that was given within them."""
    if grading.grade is None:
        return grading.low, grading.high
    low, high = scope.bounds(Slot(grading.grade))
    return np.maximum(grading.low, low).astype(np.int16), np.minimum(grading.high, high).astype(np.int16)


def _put_over(points: tuple[int, int] | tuple[Points, Points], outcome: Codes, low: Points, high: Points) -> None:
    """Change the bounds so far by a grading above: it counts where met, and may count where unknown."""
    least, most = (np.asarray(end, np.int16) for end in points)
    open_, met = outcome == UNKNOWN, outcome == MET
    if open_.any():
        _blend(low, np.minimum(low, least), open_)
        _blend(high, np.maximum(high, most), open_)
    _blend(low, least, met)
    _blend(high, most, met)


def _blend(points: Points, other: Points, where: Flags) -> None:
    """Take `other` where it holds; as arithmetic, which is many times faster than choosing."""
    change = other - points
    change *= where
    points += change
