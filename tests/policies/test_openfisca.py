"""The eight conditions against another engine: openfisca-core, with the same rules written as it wants them.

It reckons with floats of 32 bits, so firms whose figures lie within a millionth of a boundary are left to the golden
cases; everything else must come out alike, firm by firm and clause by clause.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers import arrays, country
from benchmarks.peers.firms import DAY, Firms, make_firms
from tests.counts import Counts
from tests.policies.support import decide, leaves

CLAUSES = tuple(country.CLAUSES)


def _ours(firms: Firms) -> dict[str, NDArray[np.bool_]]:
    found = [_outcomes(decide(firms.told(row), DAY)) for row in range(len(firms))]
    return {clause: np.array([outcomes[clause] == "met" for outcomes in found]) for clause in CLAUSES}


def _outcomes(answer: dict[str, Any]) -> dict[str, str]:
    below = {key: clause["outcome"] for key, clause in leaves(answer).items()}
    return below | {clause["id"]: clause["outcome"] for clause in answer["clauses"]}


def test_openfisca_and_yumiao_decide_article_11_alike(counts: Counts) -> None:
    firms = make_firms(counts.property_examples * 5, seed=2021)
    ours, theirs = _ours(firms), country.decide(country.country(), country.inputs(firms), len(firms))
    by_hand = arrays.decide(firms)
    for clause in CLAUSES:
        assert 0 < ours[clause].sum() < len(firms) or clause in {"HTE-05b", "HTE-08"}, f"{clause} never differs"
        assert np.array_equal(ours[clause], theirs[clause]), clause
        assert np.array_equal(ours[clause], by_hand[clause]), clause
