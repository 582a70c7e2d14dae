"""The few assumptions that may be the real one, when a fact that changes the *formula* is not known exactly: how many
fiscal years count (the registration day decides), and which band holds (its subject decides).

Within one assumption every formula is fixed; a condition is met when it is met under every assumption.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from app.policies.domain.facts.catalogue import FactKey
from app.policies.domain.language.tree import Band, Banded
from app.policies.domain.values.knowledge import Knowledge, ends
from app.policies.domain.values.linear import End, Linear

REGISTERED_ON = FactKey("registered_on")
FISCAL_YEARS = 3


@dataclass(frozen=True)
class Assumption:
    """One way things may be: the fiscal years that count (oldest first), the band of each `Banded` node, and the
    knowledge of facts that holds in it because of that.
    """

    years: tuple[int, ...] = ()
    bands: Mapping[Banded, Band] = field(default_factory=dict)
    narrowed: Mapping[FactKey, Knowledge] = field(default_factory=dict)

    def with_band(self, node: Banded, band: Band, narrowed: Mapping[FactKey, Knowledge]) -> "Assumption":
        """This assumption, with `node` in `band`."""
        return replace(self, bands={**self.bands, node: band}, narrowed={**self.narrowed, **narrowed})


def counted_years(registered: Knowledge, on: date) -> Iterator[tuple[int, ...]]:
    """The fiscal years that may count for an application on `on`, most years first.

    A fiscal year counts if the firm was registered by its 31 December; the three before the application year can.
    """
    years = range(on.year - FISCAL_YEARS, on.year)
    low, high = ends(registered)
    most = _counting(years, low) if low is not None else tuple(years)
    fewest = _counting(years, high) if high is not None else ()
    for count in range(len(most), len(fewest) - 1, -1):
        yield most[len(most) - count :]


def _counting(years: range, registered_on: date) -> tuple[int, ...]:
    return tuple(year for year in years if registered_on <= date(year, 12, 31))


def possible_bands(node: Banded, subject: Linear) -> list[Band]:
    """The bands in which `subject` may lie; one at least, because the bands leave no hole."""
    return [band for band in node.bands if _reaches(band, subject.low, subject.high)]


def band_limits(band: Band, *, whole: bool) -> tuple[End, End]:
    """The values inside `band`; an excluded end of `whole` numbers (amounts in 分, counts) is the next one inside."""
    low, high = band.low, band.high
    if whole and low is not None and not band.low_included:
        low += 1
    if whole and high is not None and not band.high_included:
        high -= 1
    return low, high


def _reaches(band: Band, low: End, high: End) -> bool:
    above = band.low is None or high is None or high > band.low or (high == band.low and band.low_included)
    below = band.high is None or low is None or low < band.high or (low == band.high and band.high_included)
    return above and below
