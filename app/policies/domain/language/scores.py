"""From the `score` section of a file to gradings: each item's cases and bands become conditions read from the top."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from app.kit.i18n import Bilingual
from app.policies.domain.facts.catalogue import FactDefinition, Periodicity
from app.policies.domain.language import binder, tree
from app.policies.domain.language.bands import BandsError, point_bands
from app.policies.domain.language.draft_problems import Draft, Place
from app.policies.domain.language.files import BlockEntry, CaseEntry, ScoreEntry, ScoreItemEntry
from app.policies.domain.language.policy import GradeLevel, ScoredBlock, ScoredItem, Scoring
from app.policies.domain.language.written import Measured
from app.policies.domain.values.units import NAMES, Unit


def scoring(draft: Draft, entry: ScoreEntry) -> Scoring:
    """The score that `entry` describes; mistakes are complained about in `draft`."""
    builder = _Scores(draft)
    blocks = tuple(builder.block(("score", "blocks", index), block) for index, block in enumerate(entry.blocks))
    return Scoring(entry.title, tree.Score(Unit.GRADE, tuple(block.node for block in blocks)), blocks)


@dataclass
class _ItemGradings:
    """The gradings of an item so far, each with its label and its band."""

    gradings: list[tree.Grading] = field(default_factory=list)
    labels: list[Bilingual | None] = field(default_factory=list)
    bands: list[tree.Band | None] = field(default_factory=list)
    by: tree.Comparison | tree.RatioComparison | None = None
    levels: tuple[GradeLevel, ...] = ()

    def add(self, grading: tree.Grading, label: Bilingual | None, band: tree.Band | None = None) -> None:
        self.gradings.append(grading)
        self.labels.append(label)
        self.bands.append(band)


class _Scores:
    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._ids: set[str] = set()

    def block(self, place: Place, entry: BlockEntry) -> ScoredBlock:
        self._claim(place, entry.id)
        most = self._most((*place, "at_most"), entry.at_most)
        items = tuple(self._item((*place, "items", index), item) for index, item in enumerate(entry.items))
        node = tree.ScoreBlock(Unit.GRADE, entry.id, most, tuple(item.node for item in items))
        reference = self._draft.reference(place, entry.reference)
        return ScoredBlock(entry.id, entry.title, reference, entry.confidence, node, items, entry.note)

    def _claim(self, place: Place, id_: str) -> None:
        if id_ in self._ids:
            self._draft.complain((*place, "id"), f"the id '{id_}' is taken by another item or block; choose another")
        self._ids.add(id_)

    def _most(self, place: Place, text: str) -> int:
        literal = self._draft.bound(place, text, binder.literal)
        if literal is None:
            return 0
        if literal.unit not in {Unit.GRADE, Unit.NUMBER} or not isinstance(literal.value, int) or literal.value <= 0:
            message = f"'{text}' is not a number of whole points above 0; write one such as 8 points"
            self._draft.complain(place, message)
            return 0
        return literal.value

    # -- items --------------------------------------------------------------------------------------------------------

    def _item(self, place: Place, entry: ScoreItemEntry) -> ScoredItem:
        self._claim(place, entry.id)
        graded = self._graded(place, entry)
        options = tuple(self._item((*place, "best_of", index), option) for index, option in enumerate(entry.best_of))
        reached = max([grading.high for grading in graded.gradings] + [option.node.most for option in options] + [0])
        most = reached if entry.at_most is None else self._most((*place, "at_most"), entry.at_most)
        if entry.at_most is not None and most:
            self._check_most(place, entry, options, most)
        node = tree.ScoreItem(
            Unit.GRADE, entry.id, most, tuple(graded.gradings), tuple(option.node for option in options)
        )
        return ScoredItem(
            id=entry.id,
            title=entry.title,
            reference=self._draft.reference(place, entry.reference),
            confidence=entry.confidence,
            node=node,
            labels=tuple(graded.labels),
            bands=tuple(graded.bands),
            by=graded.by,
            levels=graded.levels,
            options=options,
            note=entry.note,
        )

    def _check_most(self, place: Place, entry: ScoreItemEntry, options: Sequence[ScoredItem], most: int) -> None:
        """No case, band or option gives more points than the item has."""
        given: list[tuple[Place, int]] = [
            (("cases", index, "points"), case.points[1])
            for index, case in enumerate(entry.cases)
            if case.points is not None
        ]
        given += [(("bands", index, "points"), band.points[1]) for index, band in enumerate(entry.bands)]
        given += [(("best_of", index), option.node.most) for index, option in enumerate(options)]
        for where, points in given:
            if points > most:
                message = f"{points} points are more than the item's 'at_most' of {most}; lower one, or raise the other"
                self._draft.complain((*place, *where), message)
        for index, case in enumerate(entry.cases):
            definition = self._draft.names.catalogue.get(case.grade or "")
            if definition is not None and (definition.highest is None or definition.highest > most):
                message = (
                    f"the grade '{case.grade}' goes up to {definition.highest} points, the item's 'at_most' is {most}; "
                    "raise 'at_most', or use a grade of that range"
                )
                self._draft.complain((*place, "cases", index, "grade"), message)

    def _graded(self, place: Place, entry: ScoreItemEntry) -> _ItemGradings:
        graded = _ItemGradings()
        self._check_order(place, entry)
        for index, case in enumerate(entry.cases):
            self._case((*place, "cases", index), case, graded)
        if entry.by is not None:
            self._by_bands(place, entry, graded)
        return graded

    def _check_order(self, place: Place, entry: ScoreItemEntry) -> None:
        """The cases end with one that holds always, or with bands."""
        last = len(entry.cases) - 1
        for index, case in enumerate(entry.cases):
            rest = index < last or bool(entry.bands)
            if case.when is None and rest:
                message = "what follows a case without 'when' never counts; put this case last"
                self._draft.complain((*place, "cases", index), message)
            if case.when is not None and not rest:
                message = "nothing counts when none of the cases holds; end with a case without 'when', or with 'bands'"
                self._draft.complain((*place, "cases", index), message)

    def _case(self, place: Place, case: CaseEntry, graded: _ItemGradings) -> None:
        test = None
        if case.when is not None:
            test = self._draft.bound((*place, "when"), case.when, binder.condition)
        if case.points is not None:
            graded.add(tree.Grading(Unit.GRADE, test, *case.points), case.label)
            return
        definition = self._grade((*place, "grade"), case.grade or "")
        if definition is not None and definition.highest is not None:
            low, high = definition.lowest or 0, definition.highest
            graded.add(tree.Grading(Unit.GRADE, test, low, high, definition.code), case.label)
            graded.levels = tuple(GradeLevel(*level.points, level.label) for level in case.levels)
            self._check_levels((*place, "levels"), graded.levels, low, high)

    def _check_levels(self, place: Place, levels: Sequence[GradeLevel], low: int, high: int) -> None:
        """Every grade from `low` to `high` has one name, if any has."""
        named = Counter(grade for level in levels for grade in range(level.low, level.high + 1))
        wrong = [grade for grade in range(low, high + 1) if named[grade] != 1]
        beyond = [grade for grade in named if not low <= grade <= high]
        if levels and (wrong or beyond):
            message = (
                f"the levels must name each grade from {low} to {high} once; "
                f"look at {', '.join(map(str, sorted([*wrong, *beyond])))}"
            )
            self._draft.complain(place, message)

    def _grade(self, place: Place, code: str) -> FactDefinition | None:
        """The fact that experts grade, if it is one with bounds."""
        self._draft.names.used.add(code)
        definition = self._draft.names.catalogue.get(code)
        if definition is None:
            message = f"'{code}' is not a fact; {self._draft.names.closest(code)}"
        elif definition.unit is not Unit.GRADE or definition.told is not Periodicity.ONCE:
            message = f"'{code}' is {NAMES[definition.unit]}, not a grade that is told once; use a fact of unit grade"
        elif definition.highest is None:
            message = f"the grade '{code}' has no upper end; add 'at_most' to it in facts.yaml"
        else:
            return definition
        self._draft.complain(place, message)
        return None

    # -- bands --------------------------------------------------------------------------------------------------------

    def _by_bands(self, place: Place, entry: ScoreItemEntry, graded: _ItemGradings) -> None:
        measured = self._draft.bound((*place, "by"), entry.by or "", binder.measured)
        if measured is None:
            return
        try:
            bands = point_bands(entry.bands, measured.unit, self._draft.names)
        except BandsError as error:
            self._draft.complain((*place, "bands", *error.place), error.message)
            return
        tests = _tests(measured, bands)
        for written, band in reversed(list(zip(entry.bands, bands, strict=True))):
            test = next(tests)
            graded.by = graded.by or test
            graded.add(tree.Grading(Unit.GRADE, test, *written.points), written.label, band)


def _tests(measured: Measured, bands: Sequence[tree.Band]) -> Iterator[tree.Comparison | tree.RatioComparison | None]:
    """For each band, highest first, that the measure reaches its lower end; the lowest holds whenever none above does."""
    for band in reversed(bands):
        relation = tree.Relation.AT_LEAST if band.low_included else tree.Relation.MORE
        yield None if band.low is None else measured.against(relation, band.low)
