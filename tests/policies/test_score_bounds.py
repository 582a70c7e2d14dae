"""The bounds of the score are the tightest: every block reaches both of its bounds for some firm that fits what is told.

What is told are boxes (each figure between two ends, or not at all). The hardest corners of a box are tried by brute
force with the score written out by hand; the growth of three years is lowest at an inner point, which is tried too.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from math import isqrt
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.policies.domain.compile import interpreter as compiling
from app.policies.domain.explain import explainer
from app.policies.domain.explain.fact_input import read_facts
from app.policies.domain.facts.columns import columns_of
from app.policies.domain.sweep.interpreter import sweep
from benchmarks.peers.closures import CONVERSIONS, GROWTH, PROPERTY
from tests.counts import Counts
from tests.policies.support import DAY, POLICY

YEARS = ("2018", "2019", "2020")
HUGE = 10**15
"""Stands for "however much": beyond every band."""
Box = tuple[int, int]
Points = tuple[int, int]


def _band(value: float, bands: tuple[tuple[float, int, int], ...]) -> Points:
    return next(((low, high) for edge, low, high in bands if value >= edge), (0, 0))


def _growth_points(values: Sequence[int]) -> Points:
    """`GROWTH` over whole 分, decided in integers: twice the growth plus two, times both denominators."""
    first, second, third = values
    if second == 0:
        return 0, 0
    top, bottom = (2 * third, 2 * second) if first == 0 else (second**2 + third * first, 2 * first * second)
    percent = ((35, 9, 10), (25, 7, 8), (15, 5, 6), (5, 3, 4))
    for edge, low, high in percent:
        if 100 * top >= (100 + edge) * bottom:
            return low, high
    return (1, 2) if top > bottom else (0, 0)


def _asset_points(values: Sequence[int]) -> Points:
    return (0, 10) if min(values) < 0 else _growth_points(values)


def _years(boxes: Sequence[Box]) -> Iterator[tuple[int, ...]]:
    """The corners of three years' boxes, and the inner points at which growth is lowest."""
    ends = [sorted({low, high, *({1} if low <= 1 <= high else ()), *({-1} if low < 0 else ())}) for low, high in boxes]
    for first, third in product(ends[0], ends[2]):
        inner = isqrt(max(first, 0) * max(third, 0))
        low, high = boxes[1]
        middle = {*ends[1], *(max(low, min(high, inner + step)) for step in (0, 1))}
        yield from ((first, second, third) for second in middle)


def _block_d(net_assets: Sequence[Box], sales: Sequence[Box]) -> Points:
    parts = [[_asset_points(v) for v in _years(net_assets)], [_growth_points(v) for v in _years(sales)]]
    return sum(min(p[0] for p in part) for part in parts), sum(max(p[1] for p in part) for part in parts)


def _block_b(conversions: Sequence[Box]) -> Points:
    found = [_band(sum(values) / 3, CONVERSIONS) for values in product(*conversions)]
    return min(p[0] for p in found), max(p[1] for p in found)


def _block_a(told: dict[str, Box]) -> Points:
    found = []
    ends = [told[name] for name in ("class1", "class2", "self", "standards", "first", "second")]
    for class1, class2, own, standards, first, second in product(*(range(low, high + 1) for low, high in ends)):
        extra = (1, 2) if standards else (0, 0)
        if class1 + class2 < 1:
            found.append(extra)
            continue
        number = (7, 8) if class1 else _band(class2, PROPERTY)
        low, high = first + second + number[0] + 1, first + second + number[1] + (6 if own else 3)
        found.append((min(30, low + extra[0]), min(30, high + extra[1])))
    return min(p[0] for p in found), max(p[1] for p in found)


def _boxes(least: int, most: int) -> st.SearchStrategy[Box]:
    ends = st.integers(least, most)
    return st.one_of(ends.map(lambda v: (v, v)), st.tuples(ends, ends).map(lambda pair: (min(pair), max(pair))))


amounts = st.one_of(_boxes(0, 3), _boxes(0, 200), _boxes(95, 140), st.just((0, HUGE)))
assets = st.one_of(amounts, _boxes(-5, 200), _boxes(-5, -1))


def _told(box: Box, most: int) -> Any:
    """A box as a caller tells it; all that is possible is simply not told, `HUGE` is an open end."""
    low, high = box
    if low == high:
        return low
    return {"low": low} if high >= most else {"low": low, "high": high}


def _by_year(boxes: Sequence[Box], most: int = HUGE) -> dict[str, Any]:
    return {year: _told(box, most) for year, box in zip(YEARS, boxes, strict=True)}


def _in_fen(boxes: Sequence[Box]) -> list[Box]:
    return [(low * 100, high * 100) for low, high in boxes]


def _blocks(facts: dict[str, Any]) -> list[Points]:
    """The bounds of every block, which every interpreter must find."""
    told = read_facts(POLICY, facts)
    by_each = [evaluate(POLICY, told, DAY).score for evaluate in (compiling.evaluate, explainer.evaluate)]
    compiled, explained = ([(b.low, b.high) for b in score.blocks] for score in by_each if score is not None)
    swept = sweep(POLICY, columns_of(POLICY.catalogue, [told]), DAY).score
    assert swept is not None
    assert compiled == explained == [(low[0], high[0]) for low, high in swept.blocks.values()]
    return compiled


def test_growth_reaches_its_bounds(counts: Counts) -> None:
    @settings(max_examples=counts.property_examples * 4, deadline=None)
    @given(st.tuples(assets, assets, assets), st.tuples(amounts, amounts, amounts))
    def proof(net_assets: tuple[Box, ...], sales: tuple[Box, ...]) -> None:
        facts = {
            "registered_on": "2014-05-20",
            "net_assets": _by_year(net_assets),
            "sales_revenue": _by_year(sales),
        }
        assert _blocks(facts)[3] == _block_d(_in_fen(net_assets), _in_fen(sales))

    proof()


def test_conversions_and_property_reach_their_bounds(counts: Counts) -> None:
    few, flag = _boxes(0, 7), st.sampled_from([(0, 0), (1, 1), (0, 1)])

    @settings(max_examples=counts.property_examples * 2, deadline=None)
    @given(st.tuples(few, few, few), few, few, flag, flag, _boxes(0, 8), _boxes(0, 8))
    def proof(
        conversions: tuple[Box, ...], class1: Box, class2: Box, own: Box, standards: Box, first: Box, second: Box
    ) -> None:
        facts: dict[str, Any] = {
            "registered_on": "2014-05-20",
            "conversions": _by_year(conversions),
            "ip_class1": _told(class1, HUGE),
            "ip_class2_unused": _told(class2, HUGE),
            "ip_advancement": _told(first, HUGE),
            "ip_core_support": _told(second, HUGE),
        }
        for code, (low, high) in (("ip_self_developed", own), ("standards_led", standards)):
            if low == high:
                facts[code] = bool(low)
        found = _blocks(facts)
        assert found[1] == _block_b(conversions)
        told = {"class1": class1, "class2": class2, "self": own, "standards": standards}
        assert found[0] == _block_a(told | {"first": first, "second": second})

    proof()


def test_bands_of_the_peers_are_those_of_the_file() -> None:
    """The tables that this brute force shares with the benchmarks' peers: a slip there would hide one here."""
    assert [edge for edge, _, _ in CONVERSIONS] == [5, 4, 3, 2, 1]
    assert [edge for edge, _, _ in GROWTH][:4] == [0.35, 0.25, 0.15, 0.05]
