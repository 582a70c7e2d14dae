"""A score's items in plain words: when how many points are given."""

from dataclasses import dataclass

from app.kit.i18n import _
from app.policies.band_words import ends_text, measure_words
from app.policies.descriptions import confidence_text
from app.policies.domain.facts.catalogue import Catalogue
from app.policies.domain.language import tree
from app.policies.domain.language.policy import ScoredItem, Scoring
from app.policies.domain.values.units import Unit
from app.policies.formulas import formula_text
from app.policies.words import value_text


@dataclass(frozen=True)
class PointsLine:
    """One way to earn points: when it holds, and how many; `label` is what the document calls it."""

    when: str
    points: str
    label: str


@dataclass(frozen=True)
class ScoreItemView:
    """An item of the score; `option` marks one of several of which the best counts."""

    id: str
    title: str
    most: int
    reference: str
    confidence: str
    verified: bool
    note: str
    option: bool
    lines: tuple[PointsLine, ...]


@dataclass(frozen=True)
class ScoreBlockView:
    """A block of the score with its items."""

    id: str
    title: str
    most: int
    reference: str
    confidence: str
    verified: bool
    note: str
    items: tuple[ScoreItemView, ...]


def score_blocks(scoring: Scoring, catalogue: Catalogue) -> tuple[ScoreBlockView, ...]:
    """The whole score in words, block by block."""
    return tuple(
        ScoreBlockView(
            id=block.id,
            title=str(block.title),
            most=block.node.most,
            reference=f"{block.reference.document.number} {block.reference.clause}",
            confidence=confidence_text(block.confidence),
            verified=block.confidence.verified,
            note=str(block.note or ""),
            items=tuple(
                _item(part, catalogue, option=part is not item)
                for item in block.items
                for part in (item, *item.options)
            ),
        )
        for block in scoring.blocks
    )


def _item(item: ScoredItem, catalogue: Catalogue, *, option: bool) -> ScoreItemView:
    return ScoreItemView(
        id=item.id,
        title=str(item.title),
        most=item.node.most,
        reference=f"{item.reference.document.number} {item.reference.clause}",
        confidence=confidence_text(item.confidence),
        verified=item.confidence.verified,
        note=str(item.note or ""),
        option=option,
        lines=item_lines(item, catalogue),
    )


def item_lines(item: ScoredItem, catalogue: Catalogue) -> tuple[PointsLine, ...]:
    """The gradings of an item, read from the top; those of grade ranges by their names."""
    lines = []
    for index, grading in enumerate(item.node.gradings):
        band = item.bands[index] if index < len(item.bands) else None
        label = item.labels[index] if index < len(item.labels) else None
        lines.append(PointsLine(_when(item, grading, band, catalogue), points_text(grading), str(label or "")))
    for level in item.levels:
        lines.append(PointsLine(str(level.label), _range(level.low, level.high), str(level.label)))
    return tuple(lines)


def points_text(grading: tree.Grading) -> str:
    """`20 分`, or `7 至 8 分` where experts choose."""
    return _range(grading.low, grading.high)


def _range(low: int, high: int) -> str:
    if low == high:
        return value_text(Unit.GRADE, low)
    return _("%(low)s 至 %(high)s 分") % {"low": low, "high": high}


def _when(item: ScoredItem, grading: tree.Grading, band: tree.Band | None, catalogue: Catalogue) -> str:
    if band is not None and item.by is not None:
        measure, unit = measure_words(item.by, catalogue)
        return f"{measure} {ends_text(unit, band)}".strip()
    if grading.condition is not None:
        return formula_text(grading.condition, catalogue)
    if grading.grade is not None:
        return _("由专家评分：%(fact)s") % {"fact": catalogue[grading.grade].label}
    return _("其他情况")
