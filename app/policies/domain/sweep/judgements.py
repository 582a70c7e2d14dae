"""A judgement over all subjects: who is known exactly is judged at once, the rest under every assumption that may be theirs.

The assumptions are those of `alternatives`: how many fiscal years count, and in which band a value lies. Rows with one scene in
common (years counted, facts told) are judged together.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.policies.domain.facts.columns import Floats, Rows
from app.policies.domain.forms.expansion import questions
from app.policies.domain.forms.forms import Scene, Slot, counted_offsets
from app.policies.domain.forms.steps import Unsuited
from app.policies.domain.forms.tests import Lowering
from app.policies.domain.language import tree
from app.policies.domain.language.alternatives import counts_years
from app.policies.domain.language.assumptions import FISCAL_YEARS, band_limits
from app.policies.domain.language.constants import WHOLE
from app.policies.domain.sweep.excess import Excess, nothing_yet
from app.policies.domain.sweep.reader import ColumnReader, Flags, Pair
from app.policies.domain.sweep.tests import NEAR, RowScope

Array = TypeVar("Array", bound=NDArray[Any])
Numbers = NDArray[Any]
Scenes = NDArray[np.integer[Any]]


@dataclass(eq=False)
class Judgement:
    """What rows come to: some whole numbers between their least and most (`pairs`), what the left side of a comparison
    has over the right (`excess`), and which rows an interpreter of single subjects must decide (`left`).
    """

    pairs: list[tuple[Numbers, Numbers]]
    excess: Excess | None = None
    left: Flags | None = None


class Judge(Protocol):
    """Something to be judged: `node`, with `width` pairs of numbers and, if it `measures`, an excess."""

    @property
    def node(self) -> tree.Node:
        """The tree whose assumptions it is judged in."""

    @property
    def width(self) -> int:
        """How many pairs of numbers it comes to."""

    @property
    def measures(self) -> bool:
        """Whether there is an excess besides."""

    def judge(self, scope: RowScope) -> Judgement:
        """The judgement of the scope's rows. Raises `Unsuited`."""


def judged(judge: Judge, reading: ColumnReader, lowering: Lowering) -> Judgement:
    """The judgement of every row over the assumptions that may be its own."""
    return _Judgements(judge, reading, lowering).judgement()


def _blank(judge: Judge, size: int) -> Judgement:
    """Bounds that hold nothing yet."""
    most = np.iinfo(np.int16).max
    pairs: list[tuple[Numbers, Numbers]] = [
        (np.full(size, most, np.int16), np.full(size, -1, np.int16)) for _ in range(judge.width)
    ]
    return Judgement(pairs, nothing_yet(size) if judge.measures else None, np.zeros(size, bool))


class _Judgements:
    def __init__(self, judge: Judge, reading: ColumnReader, lowering: Lowering) -> None:
        self._judge, self._reading, self._lowering = judge, reading, lowering
        self._questions = questions(judge.node)
        self._counts = counts_years(judge.node)
        self._banded = banded(judge.node)

    def judgement(self) -> Judgement:
        scenes = self._scenes()
        groups = sorted(_groups(scenes, self._reading.size), key=lambda group: -group[1].size)
        found, unsure = self._exactly(self._scene(groups[0][0]), None)
        for code, rows in groups[1:]:
            part, open_ = self._exactly(self._scene(code), rows)
            unsure[rows] = open_
            found = _put(found, part, rows)
        rows = np.flatnonzero(unsure)
        return _put(found, self._between(rows, scenes), rows) if rows.size else found

    # -- scenes -----------------------------------------------------------------------------------------------------------

    def _scenes(self) -> Scenes | None:
        """A number for each row's scene: what was told, then how many years count; None where all have one scene."""
        if not self._questions and not self._counts:
            return None
        code = np.zeros(self._reading.size, np.int32)
        for question in self._questions:
            code = code * 2 + self._reading.stated(*question)
        return code * (FISCAL_YEARS + 1) + (self._reading.most_years if self._counts else 0)

    def _scene(self, code: int) -> Scene:
        stated, years = divmod(code, FISCAL_YEARS + 1)
        answers = [bool(stated >> place & 1) for place in reversed(range(len(self._questions)))]
        asked = zip(self._questions, answers, strict=True)
        return Scene(counted_offsets(years), frozenset(question for question, answer in asked if answer))

    # -- figures known exactly --------------------------------------------------------------------------------------------

    def _exactly(self, scene: Scene, rows: Rows | None) -> tuple[Judgement, Flags]:
        """The judgement as if everything were known exactly, and for whom it is not."""
        reading = self._reading
        size = reading.size if rows is None else rows.size
        try:
            found = self._judge.judge(RowScope(reading, self._lowering, scene, rows, exact=True))
            unsure = reading.unsure(self._lowering.slots(self._judge.node, scene), rows)
        except Unsuited:
            found = _blank(self._judge, size)
            return Judgement(found.pairs, found.excess, np.ones(size, bool)), np.zeros(size, bool)
        if self._counts:
            open_ = reading.fewest_years != reading.most_years
            unsure |= open_ if rows is None else open_[rows]
        return found, unsure

    # -- figures known within bounds --------------------------------------------------------------------------------------

    def _between(self, rows: Rows, scenes: Scenes | None) -> Judgement:
        found = _blank(self._judge, rows.size)
        stated_facts = None if scenes is None else scenes[rows] // (FISCAL_YEARS + 1)
        for stated, places in _groups(stated_facts, rows.size):
            for years, among in self._possible_years(rows[places]):
                scene, at = self._scene(stated * (FISCAL_YEARS + 1) + years), places[among]
                self._in_bands(
                    found, RowScope(self._reading, self._lowering, scene, rows[at], exact=False), at, self._banded
                )
        return found

    def _possible_years(self, rows: Rows) -> Iterator[tuple[int, Rows]]:
        """Each number of fiscal years that may count, and for which of the rows."""
        if not self._counts:
            yield 0, np.arange(rows.size)
            return
        fewest, most = self._reading.fewest_years[rows], self._reading.most_years[rows]
        for years in range(FISCAL_YEARS + 1):
            among = np.flatnonzero((fewest <= years) & (years <= most))
            if among.size:
                yield years, among

    def _in_bands(self, found: Judgement, scope: RowScope, at: Rows, nodes: Sequence[tree.Banded]) -> None:
        """Judge `scope`, whose rows stand at the places `at` of `found`, once for every band that may hold."""
        try:
            if not nodes:
                _widen(found, self._judge.judge(scope), at)
                return
            for band, inside, narrowed, near in self._bands(scope, nodes[0]):
                _leave(found, at[near])
                if inside.size:
                    self._in_bands(found, scope.among(inside, nodes[0], band, narrowed), at[inside], nodes[1:])
        except Unsuited:
            _leave(found, at)

    def _bands(self, scope: RowScope, node: tree.Banded) -> Iterator[tuple[tree.Band, Rows, Mapping[Slot, Pair], Rows]]:
        """Each band: for which rows it may hold, what it leaves of their bounds, and who is too near its ends to say."""
        low, high = scope.bounds_of(node.subject)
        own, exact = scope.own_slot(node.subject), scope.is_exact(node.subject)
        for band in node.bands:
            reached = _reached(band, low, high)
            near = np.zeros(low.size, bool) if exact else _near_end(band, low) | _near_end(band, high)
            limits = band_limits(band, whole=node.subject.unit in WHOLE)
            lowest, highest = (np.nan if end is None else float(end) for end in limits)
            cut = np.fmax(low, lowest), np.fmin(high, highest)
            if own is not None:
                reached &= cut[0] <= cut[1]
            inside = np.flatnonzero(reached)
            narrowed = {slot: (ends[0][inside], ends[1][inside]) for slot, ends in scope.narrowed.items()}
            if own is not None:
                scale = self._reading.stored(own)
                narrowed[own] = cut[0][inside] * scale, cut[1][inside] * scale
            yield band, inside, narrowed, np.flatnonzero(near)


# -- bands ------------------------------------------------------------------------------------------------------------


def _reached(band: tree.Band, low: Floats, high: Floats) -> Flags:
    reached = np.ones(low.size, bool)
    if band.low is not None:
        reached &= high >= float(band.low) if band.low_included else high > float(band.low)
    if band.high is not None:
        reached &= low <= float(band.high) if band.high_included else low < float(band.high)
    return reached


def _near_end(band: tree.Band, value: Floats) -> Flags:
    near = np.zeros(value.size, bool)
    for end in (band.low, band.high):
        if end is not None:
            near |= np.isfinite(value) & (np.abs(value - float(end)) <= NEAR * (np.abs(value) + abs(float(end))))
    return near


# -- what formulas ask ------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def banded(node: tree.Node) -> tuple[tree.Banded, ...]:
    """The banded values in `node`, inner ones first."""
    return tuple(reversed([found for found in tree.walk(node, into_score=False) if isinstance(found, tree.Banded)]))


# -- putting parts together -------------------------------------------------------------------------------------------


def _groups(codes: Scenes | None, size: int) -> list[tuple[int, Rows]]:
    """Each code with its rows."""
    if codes is None or not size:
        return [(0, np.arange(size))]
    present = np.flatnonzero(np.bincount(codes))
    if present.size == 1:
        return [(int(present[0]), np.arange(size))]
    return [(int(code), np.flatnonzero(codes == code)) for code in present]


def _put(found: Judgement, part: Judgement, rows: Rows) -> Judgement:
    """`found` with what `part` says of `rows`."""
    pairs = [_apart(pair) for pair in found.pairs]
    for (low, high), (part_low, part_high) in zip(pairs, part.pairs, strict=True):
        low[rows], high[rows] = part_low, part_high
    left = found.left if found.left is not None else np.zeros(pairs[0][0].size, bool)
    left[rows] = False if part.left is None else part.left
    excess = found.excess
    if excess is not None and part.excess is not None:
        excess = excess.put(rows, part.excess)
    return Judgement(pairs, excess, left)


def _apart(pair: tuple[Array, Array]) -> tuple[Array, Array]:
    """Both ends as arrays of their own."""
    low, high = pair
    return low, high.copy() if high is low else high


def _widen(found: Judgement, part: Judgement, at: Rows) -> None:
    """Take in what one more assumption says of the rows at `at`."""
    for (low, high), (part_low, part_high) in zip(found.pairs, part.pairs, strict=True):
        low[at] = np.minimum(low[at], part_low)
        high[at] = np.maximum(high[at], part_high)
    if found.excess is not None and part.excess is not None:
        found.excess.widen(at, part.excess)
    if part.left is not None:
        _leave(found, at[part.left])


def _leave(found: Judgement, at: Rows) -> None:
    if found.left is not None:
        found.left[at] = True
