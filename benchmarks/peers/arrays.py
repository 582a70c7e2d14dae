"""The rules written by hand over whole columns: what a careful numpy programmer would write for exact facts."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.closures import CONVERSIONS, GROWTH, MATURE, PROPERTY
from benchmarks.peers.firms import DAY, YEARS, Firms

Truths = NDArray[np.bool_]
Points = NDArray[np.int64]
Bands = tuple[tuple[float, int, int], ...]


def decide(firms: Firms) -> dict[str, Truths]:
    """Each condition of Article 11 for every firm, HTE-07 as two: certainly above 70 points, possibly above 70."""
    year = np.array([_year(value) for value in YEARS])
    counts = firms.registered[:, None] <= year
    low, high = score(firms, counts)
    return {
        "HTE-01": DAY.toordinal() - firms.registered >= MATURE,
        "HTE-02": (firms.class1 + firms.class2 >= 1) & (firms.supported == 1),
        "HTE-03": firms.in_field == 1,
        "HTE-04": (firms.staff > 0) & (firms.rd_staff * 10 >= firms.staff),
        "HTE-05a": _rd_share(firms, counts),
        "HTE-05b": _rd_at_home(firms, counts),
        "HTE-06": (firms.total_income > 0) & (firms.high_tech_income * 10 >= firms.total_income * 6),
        "HTE-07 surely": low > 70,
        "HTE-07 perhaps": high > 70,
        "HTE-08": firms.accident == 0,
    }


def _year(value: int) -> int:
    return DAY.replace(year=value, month=12, day=31).toordinal()


def _rd_share(firms: Firms, counts: Truths) -> Truths:
    main = firms.rd_items[:, :, :6].sum(axis=2)
    other = firms.rd_items[:, :, 6]
    abroad = np.minimum(firms.rd_overseas, (main + other + firms.rd_domestic) * (2 / 3))
    countable = main + np.minimum(other, main / 4) + (firms.rd_domestic + abroad) * 0.8
    spent, sales = (countable * counts).sum(axis=1), (firms.sales * counts).sum(axis=1)
    latest = firms.sales[:, 2]
    least = np.where(latest <= 50_000_000, 0.05, np.where(latest <= 200_000_000, 0.04, 0.03))
    share: Truths = (sales > 0) & (spent >= sales * least)
    return share


def _rd_at_home(firms: Firms, counts: Truths) -> Truths:
    at_home = ((firms.rd_items.sum(axis=2) + firms.rd_domestic) * counts).sum(axis=1)
    everywhere = at_home + (firms.rd_overseas * counts).sum(axis=1)
    share: Truths = (everywhere > 0) & (at_home * 10 >= everywhere * 6)
    return share


def score(firms: Firms, counts: Truths) -> tuple[Points, Points]:
    """The bounds of the 100-point score."""
    number = counts.sum(axis=1)
    average = (firms.conversions * counts).sum(axis=1) / np.maximum(number, 1)
    parts = [
        _property(firms),
        _banded(average, CONVERSIONS),
        (firms.grades[:, 2:].sum(axis=1),) * 2,
        _assets(firms.net_assets, counts, number),
        _banded(_growth(firms.sales, number), GROWTH),
    ]
    lows: Any = sum(low for low, _ in parts)
    highs: Any = sum(high for _, high in parts)
    return lows, highs


def _property(firms: Firms) -> tuple[Points, Points]:
    owns = firms.class1 + firms.class2 >= 1
    low, high = _banded(firms.class2, PROPERTY)
    low, high = np.where(firms.class1 >= 1, 7, low), np.where(firms.class1 >= 1, 8, high)
    graded = firms.grades[:, 0] + firms.grades[:, 1]
    gained = np.where(firms.self_developed == 1, 6, 3)
    return (
        np.minimum(30, np.where(owns, graded + low + 1, 0) + firms.standards),
        np.minimum(30, np.where(owns, graded + high + gained, 0) + firms.standards * 2),
    )


def _assets(values: Points, counts: Truths, number: Points) -> tuple[Points, Points]:
    negative = ((values < 0) & counts).any(axis=1)
    low, high = _banded(_growth(values, number), GROWTH)
    return np.where(negative, 0, low), np.where(negative, 10, high)


def _growth(values: Points, number: Points) -> NDArray[np.float64]:
    first, second, third = values.T.astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        late = third / second - 1
        both = (second / first + third / second) / 2 - 1
    grown = np.where((number < 3) | (first == 0), late, both)
    return np.where((number < 2) | (second == 0), 0.0, grown)


def _banded(values: NDArray[Any], bands: Bands) -> tuple[Points, Points]:
    edges = np.array([edge for edge, _, _ in reversed(bands)])
    lows = np.array([0, *(low for _, low, _ in reversed(bands))])
    highs = np.array([0, *(high for _, _, high in reversed(bands))])
    place = np.searchsorted(edges, values, side="right")
    return lows[place], highs[place]
