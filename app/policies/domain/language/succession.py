"""Which version of a policy is in force on a day, and for whom: the most specific jurisdiction wins."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Protocol

NATION = "CN"


def area_of(jurisdiction: str) -> str:
    """The beginning of the region codes that a jurisdiction covers; nothing for the whole nation."""
    return "" if jurisdiction == NATION else jurisdiction


def concerns(jurisdiction: str, region_code: str) -> bool:
    """Whether what a jurisdiction lays down may apply somewhere in a region."""
    area = area_of(jurisdiction)
    return area.startswith(region_code) or region_code.startswith(area)


class _Versioned(Protocol):
    """Anything that says which version of which policy it is: a policy, or the row of a published one."""

    @property
    def code(self) -> str: ...
    @property
    def jurisdiction(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def effective_from(self) -> date: ...
    @property
    def effective_to(self) -> date | None: ...
    @property
    def supersedes(self) -> str | None: ...


@dataclass(frozen=True)
class Edition:
    """A version's place among the versions of its policy. `jurisdiction` is CN or the start of a region code."""

    code: str
    jurisdiction: str
    version: str
    effective_from: date
    effective_to: date | None = None
    supersedes: str | None = None

    @property
    def order(self) -> tuple[str, int]:
        """By the day it takes effect, then by its revision (`.r2`, `.r10` …)."""
        day, _, revision = self.version.partition(".r")
        return day, int(revision or 0)


def edition_of(it: _Versioned) -> Edition:
    """Its place among the versions of its policy."""
    return Edition(it.code, it.jurisdiction, it.version, it.effective_from, it.effective_to, it.supersedes)


def in_force(editions: Sequence[Edition], on: date, region_code: str = "") -> Edition | None:
    """The edition that applies on `on`: of the most specific jurisdiction that covers the region; None without one.

    A place that is known only roughly, or not at all (""), may lie in a jurisdiction inside it: where none covers all
    of it, the widest of these speaks.
    """
    present = applying(editions, on)
    covering = [edition for edition in present if _covers(edition, region_code)]
    if not covering:
        inside = [edition for edition in present if edition.jurisdiction.startswith(region_code)]
        widest = min(map(_reach, inside), default=0)
        covering = [edition for edition in inside if _reach(edition) == widest]
    return max(covering, key=lambda edition: (_reach(edition), edition.order), default=None)


def applying(editions: Sequence[Edition], on: date) -> list[Edition]:
    """The editions that apply somewhere on `on`: begun, not ended, and superseded by nothing that has begun.

    A correction replaces its original from the start.
    """
    replaced = {(*_family(edition), edition.supersedes) for edition in editions if edition.effective_from <= on}
    in_force = (edition for edition in editions if (*_family(edition), edition.version) not in replaced)
    return [edition for edition in in_force if _applies(edition, on)]


def conflicts(editions: Sequence[Edition]) -> Iterator[tuple[Edition, str]]:
    """Versions that supersede nothing that exists, or overlap another without superseding it."""
    for edition in editions:
        family = [other for other in editions if _family(other) == _family(edition)]
        earlier_versions = {other.version for other in family if other.order < edition.order}
        if edition.supersedes is not None and edition.supersedes not in earlier_versions:
            yield edition, f"supersedes: there is no earlier version '{edition.supersedes}' of this policy here"
    for earlier, later in _neighbours(editions):
        ended = earlier.effective_to is not None and earlier.effective_to < later.effective_from
        if not ended and later.supersedes != earlier.version:
            yield (
                later,
                (
                    f"it overlaps version {earlier.version}, which is still in force; "
                    f"write 'supersedes: \"{earlier.version}\"', or end that version with 'effective_to'"
                ),
            )


def _neighbours(editions: Sequence[Edition]) -> Iterator[tuple[Edition, Edition]]:
    for family in sorted({_family(edition) for edition in editions}):
        yield from pairwise(sorted((e for e in editions if _family(e) == family), key=lambda edition: edition.order))


def _family(edition: Edition) -> tuple[str, str]:
    return edition.code, edition.jurisdiction


def _applies(edition: Edition, on: date) -> bool:
    return edition.effective_from <= on and (edition.effective_to is None or on <= edition.effective_to)


def _covers(edition: Edition, region_code: str) -> bool:
    return region_code.startswith(area_of(edition.jurisdiction))


def _reach(edition: Edition) -> int:
    return len(area_of(edition.jurisdiction))
