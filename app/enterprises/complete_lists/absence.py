"""What complete lists deny of many firms at once: in columns, a place a firm."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from app.enterprises.complete_lists.denials import DENIALS, Denial, ListInForce, denied_until
from app.enterprises.complete_lists.queries import lasting
from app.kit.facts.values import Absence, ListNamed
from app.kit.facts.whole_numbers import NOT_KNOWN, Flags, Numbers

_NO_LISTS: frozenset[int] = frozenset()
Group = tuple[str, frozenset[int]]
"""A region, and the lists that say nothing about some of its firms."""


@dataclass(frozen=True, eq=False)
class Unlisted:
    """What the register knows about who may be on a list after all.

    `possible`: by fact, of which firms a row may prove it. `doubted`: a firm's place and a list of which a row that names it waits.
    """

    possible: Mapping[str, Flags]
    doubted: Iterable[tuple[int, int]]


def absences(
    session: Session, lists: Sequence[ListInForce], regions: Sequence[str], unlisted: Unlisted, on: date
) -> dict[str, Absence]:
    """By fact the firms of which lists deny it; firms whose place is not known lie in no list's region."""
    which, groups = _groups(regions, unlisted.doubted)
    validity = lasting(session)
    found: dict[str, Absence] = {}
    for fact, denial in DENIALS.items():
        absence = _denied(denial, lists, groups, on, _lasting_of(denial, validity))
        if absence is None:
            continue
        until = absence.until[which]
        if (possible := unlisted.possible.get(fact)) is not None:
            until[possible] = NOT_KNOWN
        found[fact] = Absence(until, absence.which[which], absence.lists)
    return found


def _groups(regions: Sequence[str], doubted: Iterable[tuple[int, int]]) -> tuple[Numbers, list[Group]]:
    """Which firms are alike for the lists, and how."""
    doubts: dict[int, set[int]] = {}
    for place, key in doubted:
        doubts.setdefault(place, set()).add(key)
    kept = {place: frozenset(keys) for place, keys in doubts.items()}
    of_firms = [(region, kept.get(place, _NO_LISTS)) for place, region in enumerate(regions)]
    place_of = {group: place for place, group in enumerate(dict.fromkeys(of_firms))}
    return np.fromiter((place_of[group] for group in of_firms), np.int64, len(of_firms)), list(place_of)


def _denied(
    denial: Denial, lists: Sequence[ListInForce], groups: Sequence[Group], on: date, validity: Mapping[str, Any]
) -> Absence | None:
    """Of the groups of firms, by their places; None where it is denied of nobody."""
    until, which = np.full(len(groups), NOT_KNOWN), np.zeros(len(groups), np.int64)
    named: dict[tuple[ListNamed, ...], int] = {}
    for place, (region, doubted) in enumerate(groups):
        here = [one for one in lists if region and region.startswith(one.region) and one.id not in doubted]
        if (found := denied_until(denial, here, on, validity)) is not None:
            until[place] = found[0].toordinal()
            which[place] = named.setdefault(tuple(map(_named, found[1])), len(named))
    return Absence(until, which, list(named)) if named else None


def _named(one: ListInForce) -> ListNamed:
    return ListNamed(tuple(sorted(one.kinds)), one.issuer, one.document, one.until)


def _lasting_of(denial: Denial, validity: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    return next((validity[kind] for kind in denial.kinds if kind in validity), {})
