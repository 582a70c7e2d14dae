"""Which firms of the register somebody likely means."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.enterprises.duplicates.domain.comparison import Likeness
from app.enterprises.duplicates.domain.key_index import KeyIndex
from app.enterprises.duplicates.domain.pairs import Found, shown_among
from app.enterprises.duplicates.domain.records import StatedFirm, record_of
from app.enterprises.duplicates.register_index import REGISTER_INDEXES
from app.enterprises.duplicates.stated import list_stated, place_names
from app.enterprises.models import Enterprise
from app.kit.membership import one_of


class LikelyFirm(NamedTuple):
    """A firm of the register that is likely the one somebody means, and why."""

    firm: StatedFirm
    likeness: Likeness


class LikelyPairs(NamedTuple):
    """Pairs of firms on file that are likely one, and what stands of each firm."""

    found: list[Found]
    facts: Mapping[int, StatedFirm]


def find_likely(session: Session, candidates: Sequence[StatedFirm], *, prefix: str = "") -> list[list[LikelyFirm]]:
    """For each of the candidates, which are not on file, the firms of the region `prefix` that it likely is, the likeliest first.

    As many statements for five hundred as for one. Firms are compared as the sweep compares them.
    """
    places, index = place_names(session), REGISTER_INDEXES.get(session).within(prefix)
    records = [record_of(candidate, places) for candidate in candidates]
    partners = [(own, index.id_at(other)) for own, other in index.partners(KeyIndex.of(records))]
    facts = _facts(session, {key for _own, key in partners})
    known = {key: record_of(firm, places) for key, firm in facts.items()}
    found: list[list[LikelyFirm]] = [[] for _candidate in candidates]
    for own, key in partners:
        for pair in shown_among([(records[own], known[key])] if key in known else [], index):
            found[own].append(LikelyFirm(facts[key], pair.likeness))
    return [sorted(each, key=lambda one: (-one.likeness.score, one.firm.key)) for each in found]


def find_likely_pairs(session: Session, ids: Collection[int], *, prefix: str = "") -> LikelyPairs:
    """Which of the firms `ids`, which are on file, are likely one with another of the region `prefix`, or with each other."""
    places, index = place_names(session), REGISTER_INDEXES.get(session).within(prefix)
    asked = index.at(ids)
    pairs = {tuple(sorted((asked.id_at(own), index.id_at(other)))) for own, other in index.partners(asked)}
    facts = _facts(session, {key for pair in pairs for key in pair})
    known = {key: record_of(firm, places) for key, firm in facts.items()}
    compared = ((known[one], known[other]) for one, other in sorted(pairs) if one in known and other in known)
    return LikelyPairs(list(shown_among(compared, index)), facts)


def _facts(session: Session, ids: Collection[int]) -> dict[int, StatedFirm]:
    return {firm.key: firm for firm in list_stated(session, one_of(Enterprise.id, ids))} if ids else {}
