"""Bands in plain words: which values lie in each, and what holds there."""

from app.kit.i18n import _
from app.policies.domain.facts.catalogue import Catalogue
from app.policies.domain.language import tree
from app.policies.domain.values.units import Unit
from app.policies.formulas import formula_text
from app.policies.words import value_text


def band_lines(node: tree.Banded, catalogue: Catalogue) -> list[tuple[str, str]]:
    """Each band, lowest first: `近一年销售收入 ≤ 5000 万元`, and its value."""
    subject, unit = formula_text(node.subject, catalogue), node.subject.unit
    return [(f"{subject} {ends_text(unit, band)}".strip(), formula_text(band.value, catalogue)) for band in node.bands]


def ends_text(unit: Unit, band: tree.Band) -> str:
    """`> 5000 万元 且 ≤ 2 亿元`; "" where a band has no end."""
    ends = []
    if band.low is not None:
        ends.append(f"{'≥' if band.low_included else '>'} {value_text(unit, band.low)}")
    if band.high is not None:
        ends.append(f"{'≤' if band.high_included else '<'} {value_text(unit, band.high)}")
    return _(" 且 ").join(ends)


def measure_words(by: tree.Comparison | tree.RatioComparison, catalogue: Catalogue) -> tuple[str, Unit]:
    """What the bands of a score's item measure, in words, and its unit."""
    if isinstance(by, tree.Comparison):
        return formula_text(by.left, catalogue), by.left.unit
    top, bottom = formula_text(by.numerator, catalogue), formula_text(by.denominator, catalogue)
    return f"{top} ÷ {bottom}", Unit.SHARE
