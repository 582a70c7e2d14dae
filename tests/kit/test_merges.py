"""Two edits of one thing: both are kept, or the second is asked; nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.merges import Clash, Clashing, merge

WAS = {"name": "甲", "place": "园林", "staff": 10}


def test_different_fields_are_both_kept() -> None:
    assert merge(WAS, WAS | {"name": "乙"}, WAS | {"staff": 12}) == {"name": "乙", "place": "园林", "staff": 12}


def test_the_same_change_twice_is_no_clash() -> None:
    assert merge(WAS, WAS | {"staff": 12}, WAS | {"staff": 12}) == WAS | {"staff": 12}


def test_the_same_field_changed_differently_shows_all_three_values() -> None:
    with pytest.raises(Clashing) as asked:
        merge(WAS, WAS | {"staff": 11, "name": "乙"}, WAS | {"staff": 12})
    assert asked.value.clashes == (Clash("staff", 10, 11, 12),)


def test_a_field_whose_beginning_is_not_known_is_asked_about() -> None:
    with pytest.raises(Clashing) as asked:
        merge({}, {"staff": 10}, {"staff": 12})
    assert asked.value.clashes == (Clash("staff", None, 10, 12),)
    assert merge({}, {"staff": 10}, {"staff": 10}) == {"staff": 10}


VALUES = st.fixed_dictionaries({name: st.sampled_from([None, "", 0, 1]) for name in "abc"})


@given(VALUES, VALUES, VALUES)
def test_no_change_of_either_is_lost(
    was: dict[str, object], theirs: dict[str, object], yours: dict[str, object]
) -> None:
    try:
        merged = merge(was, theirs, yours)
    except Clashing as asked:
        for clash in asked.clashes:
            assert clash.theirs != clash.yours and clash.was not in (clash.theirs, clash.yours)
        return
    for name, value in merged.items():
        assert value == (yours[name] if yours[name] != was[name] else theirs[name])
