"""Which firms of the register somebody likely means."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.enterprises.duplicates.domain.comparison import SHOWN, Likeness, may_be_one
from app.enterprises.duplicates.domain.pairs import Found, shown_among
from app.enterprises.duplicates.domain.records import StatedFirm, record_of
from app.enterprises.duplicates.register_index import ReadFirm, read_firms, register_index
from app.enterprises.duplicates.stated import place_names


class LikelyFirm(NamedTuple):
    """A firm of the register that is likely the one somebody means, and why."""

    firm: StatedFirm
    likeness: Likeness


class LikelyPairs(NamedTuple):
    """Pairs of firms on file that are likely one, and what stands of each firm."""

    found: list[Found]
    facts: Mapping[int, StatedFirm]


def find_likely(
    session: Session, candidates: Sequence[StatedFirm], *, prefix: str = "", at_least: float = SHOWN
) -> list[list[LikelyFirm]]:
    """For each of the candidates, which are not on file, the firms of the region `prefix` that it likely is, the likeliest first.

    As many statements for five hundred as for one. Firms are compared as the sweep compares them; of whom no place is known is thought to lie
    in that region, without which a short 潜江 in front of a name is no place.
    """
    places, index = place_names(session), register_index(session)[0].within(prefix)
    here = (one if one.region_code else one._replace(region_code=prefix) for one in candidates)
    records = [record_of(candidate, places) for candidate in here]
    partners = index.partners_of(records)
    firms = read_firms(session, {key for _own, key in partners})
    found: list[list[LikelyFirm]] = [[] for _candidate in candidates]
    for own, key in partners:
        for pair in shown_among([(records[own], firms[key].entry)] if key in firms else [], index, at_least):
            found[own].append(LikelyFirm(firms[key].stated, pair.likeness))
    return [sorted(each, key=lambda one: (-one.likeness.score, one.firm.key)) for each in found]


def find_likely_pairs(session: Session, ids: Collection[int], *, prefix: str = "") -> LikelyPairs:
    """Which of the firms `ids`, which are on file, are likely one with another of the region `prefix`, or with each other."""
    whole, firms = register_index(session, ids)
    index = whole.within(prefix)
    pairs = index.partners_among(ids)
    firms |= read_firms(session, {key for pair in pairs for key in pair}.difference(firms))
    read = ((firms[one], firms[other]) for one, other in pairs if one in firms and other in firms)
    compared = ((one.entry, other.entry) for one, other in read if _comparable(one, other))
    found = list(shown_among(compared, index))
    told = {key for pair in found for key in (pair.one.key, pair.other.key)}
    return LikelyPairs(found, {key: firms[key].stated for key in told})


def _comparable(one: ReadFirm, other: ReadFirm) -> bool:
    """Whether two firms are compared: where one would have to be parted for it, only if they may be one."""
    return (one.is_parted and other.is_parted) or may_be_one(one.facts, other.facts)
