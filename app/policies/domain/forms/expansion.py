"""Formulas unfolded into forms, and what it takes to know their scene: found once, when a policy is loaded."""

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from app.policies.domain.facts.catalogue import Catalogue
from app.policies.domain.forms.forms import (
    ON,
    SCORE,
    ChosenBand,
    Form,
    Growing,
    Least,
    Scene,
    Slot,
    counted_offsets,
    multiplied,
    number,
)
from app.policies.domain.language import tree
from app.policies.domain.language.assumptions import FISCAL_YEARS

LATEST, PREVIOUS = -1, -2
Question = tuple[str, int | None]
"""A fact, and the year as an offset from the application year: was anything told of it?"""


@lru_cache(maxsize=1024)
def questions(node: tree.Node, *, into_score: bool = False) -> tuple[Question, ...]:
    """Of which facts, and of which years, it matters to `node` whether anything was told of them."""
    return tuple(dict.fromkeys(_asked(node, (None,), into_score)))


def _asked(node: tree.Node, offsets: tuple[int | None, ...], into_score: bool) -> Iterator[Question]:
    if isinstance(node, tree.IfStated):
        yield from ((node.code, offset) for offset in offsets)
    if isinstance(node, (tree.OverYears, tree.Growth)):
        offsets = counted_offsets(FISCAL_YEARS)
    if into_score or not isinstance(node, tree.Score):
        for part in tree.parts(node):
            yield from _asked(part, offsets, into_score)


class Unfolder:
    """Unfolds the quantities of one policy; `tests` are all its trees, which say which parts of facts belong together."""

    def __init__(self, catalogue: Catalogue, nodes: Iterator[tree.Node]) -> None:
        self._blocks = _blocks(catalogue, nodes)

    def form(self, node: tree.Node, scene: Scene, year: int | None = None) -> Form:
        """`node` in `scene`; `year` is the offset of the year inside a gathering."""
        match node:
            case tree.Literal(value=value):
                return number(value)
            case tree.Fact():
                return Form(0, dict.fromkeys(self._slots(node, year), 1))
            case tree.ApplicationDay():
                return Form(0, {ON: 1})
            case tree.Score():
                return Form(0, {SCORE: 1})
            case tree.YearsCounted():
                return number(len(scene.years))
            case tree.Named(body=body):
                return self.form(body, scene, year)
            case tree.DividedBy(body=body, divisor=divisor):
                return self.form(body, scene, year).times(1 / Fraction(divisor))
            case tree.Banded():
                return self._banded(node, scene)
            case tree.IfStated(code=code, then=then, otherwise=otherwise):
                return self.form(then if (code, year) in scene.stated else otherwise, scene, year)
            case _:
                return self._composed(node, scene, year)

    def _composed(self, node: tree.Node, scene: Scene, year: int | None) -> Form:
        match node:
            case tree.Arithmetic():
                return self._arithmetic(node, scene, year)
            case tree.Extreme(least=least, options=options):
                forms = tuple(self.form(option, scene, year) for option in options)
                return Form(0, {Least((node, year), least, forms): 1})
            case tree.OverYears():
                return self._over_years(node, scene)
            case tree.DaysBetween(start=start, end=end):
                return self.form(end, scene, year) - self.form(start, scene, year)
            case tree.Growth(body=body):
                values = tuple(self.form(body, scene, each) for each in scene.years)
                return Form(0, {Growing((node, year), values): 1}) if values else number(0)
            case _:
                raise TypeError(f"{type(node).__name__} is not a quantity")

    def _arithmetic(self, node: tree.Arithmetic, scene: Scene, year: int | None) -> Form:
        left, right = self.form(node.left, scene, year), self.form(node.right, scene, year)
        if node.operator is tree.Operator.MULTIPLY:
            return multiplied(left, right, (node, year))
        return left + right if node.operator is tree.Operator.ADD else left - right

    def _over_years(self, node: tree.OverYears, scene: Scene) -> Form:
        match node.gathering:
            case tree.Gathering.LATEST:
                return self.form(node.body, scene, LATEST)
            case tree.Gathering.PREVIOUS:
                return self.form(node.body, scene, PREVIOUS)
        total = number(0)
        for year in scene.years:
            total = total + self.form(node.body, scene, year)
        average = node.gathering is tree.Gathering.AVERAGE and scene.years
        return total.times(Fraction(1, len(scene.years))) if average else total

    def _banded(self, node: tree.Banded, scene: Scene) -> Form:
        band = scene.band_of(node)
        if band is not None:
            return number(band.value.value)
        return Form(0, {ChosenBand((node, None), self.form(node.subject, scene), node.bands): 1})

    def _slots(self, node: tree.Fact, year: int | None) -> Iterator[Slot]:
        if node.parts is None:
            yield Slot(node.code, year)
            return
        first, last = node.parts
        for low, high in self._blocks[node.code]:
            if first <= low <= last:
                yield Slot(node.code, year, low, high)


def _blocks(catalogue: Catalogue, nodes: Iterator[tree.Node]) -> dict[str, list[tuple[int, int]]]:
    """The parts of each fact that are always used together: `x[1..7]` and `x[7]` make 1 to 6, and 7."""
    cuts: dict[str, set[int]] = {}
    for node in nodes:
        if isinstance(node, tree.Fact) and node.parts is not None:
            first, last = node.parts
            cuts.setdefault(node.code, {1, len(catalogue[node.code].parts) + 1}).update({first, last + 1})
    ordered = {code: sorted(found) for code, found in cuts.items()}
    return {code: [(a, b - 1) for a, b in pairwise(found)] for code, found in ordered.items()}
