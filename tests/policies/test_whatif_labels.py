"""Changing an edge of a score's band by its label moves the very edge that the label names."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import pytest

from app.kit.yaml import load_with_lines
from app.policies.band_words import ends_text, measure_words
from app.policies.domain.language.drafts import Data, DraftNumber, changed, draft_policy, numbers
from app.policies.domain.language.policy import Policy, ScoredItem
from app.policies.domain.language.tree import Band
from app.policies.domain.values.quantities import Quantity
from app.web.whatif.fields import field_groups
from tests.policies.support import CATALOGUE, POLICIES, SEEDS


def _data(policy: Policy) -> Data:
    path = SEEDS / "policies" / policy.code / policy.jurisdiction / f"{policy.version}.yaml"
    data: Data = load_with_lines(path)[0]
    return data


def _edges() -> Iterator[tuple[Policy, Data, DraftNumber]]:
    for policy in POLICIES.values():
        if policy.scoring is not None:
            data = _data(policy)
            yield from ((policy, data, number) for number in numbers(data) if number.scored)


EDGES = list(_edges())


def _item(policy: Policy, name: str) -> ScoredItem:
    assert policy.scoring is not None
    items = (part for block in policy.scoring.blocks for item in block.items for part in (item, *item.options))
    return next(item for item in items if item.id == name)


def _named(item: ScoredItem, label: str, policy: Policy) -> Band:
    """The band that the label names."""
    assert item.by is not None
    unit = measure_words(item.by, policy.catalogue)[1]
    (band,) = (band for band in item.bands if band is not None and f"“{ends_text(unit, band)}”" in label)
    return band


def test_there_are_edges() -> None:
    assert {policy.code for policy, _data, _number in EDGES} >= {"high-tech-enterprise", "technology-sme"}


@pytest.mark.parametrize(
    ("policy", "data", "number"), EDGES, ids=[f"{p.code}-{p.version}-{n.key}" for p, _d, n in EDGES]
)
def test_the_edge_that_the_label_names_is_the_one_that_moves(policy: Policy, data: Data, number: DraftNumber) -> None:
    (field,) = (
        field
        for group in field_groups(policy, [number], {}, {})
        for field in group.fields
        if field.name.endswith(number.key)
    )
    band = _named(_item(policy, number.owner), field.label, policy)
    assert band.high == number.quantity.value, "the label says the upper end that the field shows"
    moved = _moved_up(data, number)
    draft = draft_policy(changed(data, moved), CATALOGUE)
    bands = [one for one in _item(draft, number.owner).bands if one is not None]
    assert [one.high for one in bands if one.low == band.low] == [moved[number.key].value]


def _moved_up(data: Data, number: DraftNumber) -> dict[str, Quantity]:
    """The edge one unit higher, and those above it too, so that no band becomes empty."""
    above = [one for one in numbers(data) if one.scored and one.owner == number.owner and one.index >= number.index]
    return {one.key: replace(one.quantity, number=str(Fraction(one.quantity.number) + 1)) for one in above}
