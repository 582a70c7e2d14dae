"""Which facts firms' undecided conditions wait for, for a whole batch at once.

Coarser than the explaining interpreter, which follows each firm through its formulas: every fact counts that an
undecided condition, or an item of the score that is still open, may read and that is not known exactly. So it names all
that the explaining interpreter names, and now and then one more, such as a figure that only another band would need.
"""

from collections.abc import Iterator
from itertools import compress

import numpy as np

from app.policies.domain.facts.catalogue import FactKey, Periodicity
from app.policies.domain.facts.columns import alike_lines
from app.policies.domain.language import tree
from app.policies.domain.language.alternatives import counts_years
from app.policies.domain.language.assumptions import FISCAL_YEARS, REGISTERED_ON
from app.policies.domain.language.calculator import YEARS_BACK
from app.policies.domain.language.policy import Condition
from app.policies.domain.sweep.interpreter import UNKNOWN, Swept
from app.policies.domain.sweep.reader import ColumnReader, Flags

Asked = Iterator[tuple[str, Flags]]
"""A fact's code and who waits for it."""


def missing_facts(swept: Swept) -> list[tuple[str, ...]]:
    """For every firm the codes of the facts it waits for, each once, in the order of the conditions."""
    waiting: dict[str, Flags] = {}
    walker = _Walker(swept)
    for condition in swept.policy.conditions:
        for code, flags in walker.condition(condition):
            known = waiting.get(code)
            waiting[code] = flags if known is None else known | flags
    if not waiting:
        return [()] * swept.columns.size
    table = np.stack(list(waiting.values()), axis=1)
    first, which = alike_lines(table)
    codes = [tuple(compress(waiting, kind)) for kind in table[first].tolist()]
    return [codes[kind] for kind in which.tolist()]


class _Walker:
    """Walks formulas with the firms for whom they matter; `offset` is the fiscal year that a body is read for."""

    def __init__(self, swept: Swept) -> None:
        self._swept = swept
        self._reading = ColumnReader(swept.columns, swept.policy.catalogue, swept.on)

    def condition(self, condition: Condition) -> Asked:
        """What the firms for whom a condition is unknown wait for."""
        flags = self._swept.statuses[condition.id].outcome == UNKNOWN
        if not flags.any():
            return
        if condition.test is not None:
            if counts_years(condition.test):
                yield from self._value(REGISTERED_ON, flags & (self._reading.fewest_years != self._reading.most_years))
            yield from self._node(condition.test, flags, None)
        for part in condition.parts:
            yield from ((code, found & flags) for code, found in self.condition(part))

    def _node(self, node: tree.Node, flags: Flags, offset: int | None) -> Asked:
        match node:
            case tree.Fact(code=code):
                year = None if offset is None else self._swept.on.year + offset
                for part in self._parts(node):
                    yield from self._value(FactKey(code, year, part), flags)
            case tree.ListedIn(code=code):
                yield from self._value(FactKey(code), flags)
            case tree.OverYears() | tree.Growth():
                yield from self._over_years(node, flags)
            case tree.IfStated(code=code, then=then, otherwise=otherwise):
                stated = self._reading.stated(code, offset)
                yield from self._node(then, flags & stated, offset)
                yield from self._node(otherwise, flags & ~stated, offset)
            case tree.Judged(codes=codes):
                yield from self._judged(codes, flags)
            case tree.Score():
                yield from self._score(flags)
            case _:
                for child in tree.parts(node):
                    yield from self._node(child, flags, offset)

    def _over_years(self, node: tree.OverYears | tree.Growth, flags: Flags) -> Asked:
        """The one year that is asked for, or each that may count."""
        back = YEARS_BACK.get(node.gathering) if isinstance(node, tree.OverYears) else None
        if back is not None:
            yield from self._node(node.body, flags, -back)
            return
        for one in range(FISCAL_YEARS, 0, -1):
            yield from self._node(node.body, flags & (self._reading.most_years >= one), -one)

    def _parts(self, node: tree.Fact) -> tuple[int | None, ...]:
        return (None,) if node.parts is None else tuple(range(node.parts[0], node.parts[1] + 1))

    def _value(self, key: FactKey, flags: Flags) -> Asked:
        """Who waits for one value: those of `flags` for whom it is not known exactly."""
        waiting = flags & self._reading.column(key).unsure
        if waiting.any():
            yield key.code, waiting

    def _judged(self, codes: tuple[str, ...], flags: Flags) -> Asked:
        for code in codes:
            definition = self._swept.policy.catalogue[code]
            once = definition.told is Periodicity.ONCE
            for year in (None,) if once else range(self._swept.on.year - FISCAL_YEARS, self._swept.on.year):
                for key in definition.keys(year):
                    yield from self._value(key, flags)

    def _score(self, flags: Flags) -> Asked:
        """What the open items of the score wait for."""
        scoring, score = self._swept.policy.scoring, self._swept.score
        if scoring is None or score is None:
            return
        for block in scoring.blocks:
            for item in block.items:
                low, high = score.items[item.id]
                yield from self._item(item.node, flags & (low != high))

    def _item(self, item: tree.ScoreItem, flags: Flags) -> Asked:
        if not flags.any():
            return
        if counts_years(item):
            yield from self._value(REGISTERED_ON, flags & (self._reading.fewest_years != self._reading.most_years))
        for grading in item.gradings:
            if grading.condition is not None:
                yield from self._node(grading.condition, flags, None)
            if grading.grade is not None:
                yield from self._value(FactKey(grading.grade), flags)
        for option in item.options:
            yield from self._item(option, flags)
