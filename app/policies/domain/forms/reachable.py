"""Which facts a formula reads in a scene, in the order in which the explaining interpreter asks for them."""

from collections.abc import Iterable, Iterator
from typing import Any

from app.policies.domain.facts.catalogue import Catalogue, FactKey, Periodicity
from app.policies.domain.forms.expansion import LATEST, PREVIOUS
from app.policies.domain.forms.forms import Scene, counted_offsets
from app.policies.domain.language import tree
from app.policies.domain.language.assumptions import FISCAL_YEARS

_BACK = {tree.Gathering.LATEST: LATEST, tree.Gathering.PREVIOUS: PREVIOUS}
_Read = tuple[str, int | None, int | None]
_By = tree.Comparison | tree.RatioComparison | None


class ReachableFacts:
    """The facts that formulas of a catalogue read in `scene`."""

    def __init__(self, catalogue: Catalogue, scene: Scene) -> None:
        self._catalogue, self._scene = catalogue, scene
        self._keys: dict[tuple[Any, ...], tuple[FactKey, ...]] = {}

    def of_test(self, test: tree.Node, application_year: int) -> tuple[FactKey, ...]:
        """Each value that a test reads, once."""
        found = self._keys.get((test, application_year))
        if found is None:
            found = self._keys[(test, application_year)] = _in_year(self._read(test, None), application_year)
        return found

    def of_item(
        self, item: tree.ScoreItem, places: tuple[int, ...], by: _By, application_year: int
    ) -> tuple[FactKey, ...]:
        """What an item reads until it stands which gradings may hold, those at `places`, and what `by` then measures."""
        return _in_year(self._read_item(item, places, by), application_year)

    def _read_item(self, item: tree.ScoreItem, places: tuple[int, ...], by: _By) -> Iterator[_Read]:
        for grading in item.gradings[: places[-1] + 1]:
            if grading.condition is not None:
                yield from self._read(grading.condition, None)
        for place in places:
            grade = item.gradings[place].grade
            if grade is not None:
                yield grade, None, None
        for node in _sides(by):
            yield from self._read(node, None)

    def _read(self, node: tree.Node, year: int | None) -> Iterator[_Read]:
        """What a node reads; `year` is the offset of the year inside a gathering."""
        match node:
            case tree.Fact(code=code, parts=parts):
                yield from ((code, year, part) for part in (range(parts[0], parts[1] + 1) if parts else (None,)))
            case tree.ListedIn(code=code):
                yield code, None, None
            case tree.Judged(codes=codes):
                yield from self._judged(codes)
            case tree.Score():
                return
            case tree.OverYears(gathering=gathering, body=body):
                yield from self._over(body, [_BACK[gathering]] if gathering in _BACK else self._scene.years)
            case tree.Growth(body=body):
                yield from self._over(body, self._scene.years)
            case tree.DaysBetween(start=start, end=end):
                yield from (each for side in (end, start) for each in self._read(side, year))
            case tree.IfStated(code=code, then=then, otherwise=otherwise):
                yield from self._read(then if (code, year) in self._scene.stated else otherwise, year)
            case _:
                yield from (each for part in tree.parts(node) for each in self._read(part, year))

    def _over(self, body: tree.Node, years: Iterable[int]) -> Iterator[_Read]:
        return (each for year in years for each in self._read(body, year))

    def _judged(self, codes: tuple[str, ...]) -> Iterator[_Read]:
        for definition in map(self._catalogue.__getitem__, codes):
            years = (None,) if definition.told is Periodicity.ONCE else counted_offsets(FISCAL_YEARS)
            yield from ((key.code, key.year, key.part) for year in years for key in definition.keys(year))


def _sides(by: _By) -> tuple[tree.Node, ...]:
    if by is None:
        return ()
    return (by.numerator, by.denominator) if isinstance(by, tree.RatioComparison) else (by.left,)


def _in_year(read: Iterable[_Read], application_year: int) -> tuple[FactKey, ...]:
    return tuple(
        FactKey(code, None if offset is None else application_year + offset, part)
        for code, offset, part in dict.fromkeys(read)
    )
