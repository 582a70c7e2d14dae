"""What a firm gets when several schemes have one purpose. Amounts are the tests' own, in 元."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.incentives.domain.scheme import GovernmentLevel, Stacking
from app.incentives.domain.stacking import Claim, Share, StackingReason, stack
from app.incentives.words import share_text
from app.kit.i18n import LOCALES, use_locale
from tests.counts import Counts

HIGHEST, DIFFERENCE, ALL = Stacking.HIGHEST_ONLY, Stacking.DIFFERENCE, Stacking.CUMULATIVE


def claim(key: str, low: int, high: int | None = -1, **said: Any) -> Claim:
    fields: dict[str, Any] = {"stacking": HIGHEST, "happened_on": date(2021, 3, 1), "group": "g", "scheme": key} | said
    return Claim(key=key, low=low, high=low if high == -1 else high, **fields)


def gets(*claims: Claim) -> dict[str, tuple[int, int | None, StackingReason]]:
    return {share.claim.key: (share.low, share.high, share.reason) for share in stack(claims)}


def test_the_highest_only_is_paid_and_the_other_says_to_whom_it_yields() -> None:
    shares = stack([claim("small", 10), claim("large", 20)])
    assert [(share.low, share.high, share.reason) for share in shares] == [
        (0, 0, StackingReason.YIELDS),
        (20, 20, StackingReason.FULL),
    ]
    assert shares[0].to is not None and shares[0].to.key == "large"


def test_of_two_equal_amounts_that_of_the_higher_level_is_paid_then_the_earlier() -> None:
    found = gets(claim("city", 20), claim("province", 20, level=GovernmentLevel.PROVINCIAL))
    assert (found["city"][2], found["province"][2]) == (StackingReason.YIELDS, StackingReason.FULL)
    found = gets(claim("late", 20, happened_on=date(2021, 5, 1)), claim("early", 20))
    assert (found["late"][2], found["early"][2]) == (StackingReason.YIELDS, StackingReason.FULL)


def test_cumulative_schemes_are_all_paid_and_displace_nobody() -> None:
    found = gets(claim("a", 10, stacking=ALL), claim("b", 20, stacking=ALL), claim("c", 5))
    assert {key: value[:2] for key, value in found.items()} == {"a": (10, 10), "b": (20, 20), "c": (5, 5)}


def test_the_difference_to_what_the_province_pays_is_added() -> None:
    found = gets(claim("city", 50, stacking=DIFFERENCE), claim("province", 30, level=GovernmentLevel.PROVINCIAL))
    assert found == {"city": (20, 20, StackingReason.DIFFERENCE), "province": (30, 30, StackingReason.FULL)}
    found = gets(claim("city", 20, stacking=DIFFERENCE), claim("province", 30))
    assert found["city"] == (0, 0, StackingReason.DIFFERENCE)
    assert gets(claim("city", 20, stacking=DIFFERENCE))["city"] == (20, 20, StackingReason.FULL)


def test_what_was_paid_stands_and_the_higher_one_only_adds() -> None:
    paid = claim("paid", 30, settled=True)
    assert gets(paid, claim("new", 50)) == {
        "paid": (30, 30, StackingReason.SETTLED),
        "new": (20, 20, StackingReason.DIFFERENCE),
    }
    assert gets(paid, claim("new", 20))["new"] == (0, 0, StackingReason.DIFFERENCE)


def test_other_purposes_and_other_years_are_apart() -> None:
    found = gets(claim("a", 10), claim("b", 20, group="h"), claim("c", 30, happened_on=date(2022, 1, 1)))
    assert {value[2] for value in found.values()} == {StackingReason.FULL}


def test_an_amount_not_known_yet_leaves_open_who_yields() -> None:
    found = gets(claim("known", 20), claim("open", 0, 50))
    assert found == {"known": (0, 20, StackingReason.MAY_YIELD), "open": (0, 50, StackingReason.MAY_YIELD)}
    assert gets(claim("known", 20), claim("open", 0, 19))["known"] == (20, 20, StackingReason.FULL)
    assert gets(claim("known", 20), claim("open", 0, None))["open"] == (0, None, StackingReason.MAY_YIELD)


def test_an_equal_amount_at_the_edge_of_a_range_is_decided_by_the_level() -> None:
    found = gets(claim("city", 20, 30), claim("province", 10, 20, level=GovernmentLevel.PROVINCIAL))
    assert found["province"] == (0, 20, StackingReason.MAY_YIELD)
    found = gets(claim("city", 20, 30, level=GovernmentLevel.PROVINCIAL), claim("province", 10, 20))
    assert found["province"] == (0, 0, StackingReason.YIELDS)


def test_a_scheme_gives_a_firm_no_more_than_its_limit_in_a_year() -> None:
    said: dict[str, Any] = {"scheme": "voucher", "limit": 200, "stacking": ALL}
    days = [date(2024, month, 1) for month in (3, 5, 7)]
    first, second, third = (claim(str(day.month), 120, happened_on=day, **said) for day in days)
    found = gets(third, second, first)
    assert found == {
        "3": (120, 120, StackingReason.FULL),
        "5": (80, 80, StackingReason.YEAR_LIMIT),
        "7": (0, 0, StackingReason.YEAR_LIMIT),
    }
    assert gets(claim("x", 200, **said))["x"] == (200, 200, StackingReason.FULL)


@pytest.mark.parametrize("reason", list(StackingReason))
def test_every_reason_is_told_in_both_languages(reason: StackingReason) -> None:
    share = Share(claim("a", 10, limit=10), 0, 10, reason, claim("b", 20))
    for locale in LOCALES:
        with use_locale(locale):
            assert share_text(share, lambda code: code)


CLAIMS = st.lists(
    st.builds(
        lambda low, more, stacking, level, day, settled: claim(
            "", low, low + more, stacking=stacking, level=level, happened_on=date(2021, 1, day), settled=settled
        ),
        st.integers(0, 60),
        st.integers(0, 40),
        st.sampled_from(list(Stacking)),
        st.sampled_from(list(GovernmentLevel)),
        st.integers(1, 3),
        st.booleans(),
    ),
    max_size=5,
).map(lambda found: [_keyed(item, index) for index, item in enumerate(found)])


def _keyed(item: Claim, index: int) -> Claim:
    high = item.low if item.settled else item.high
    return Claim(
        str(index), str(index), "g", item.happened_on, item.low, high, item.level, item.stacking, None, item.settled
    )


def test_bounds_contain_what_every_possible_amount_gives(counts: Counts) -> None:
    @settings(max_examples=counts.property_examples, deadline=None)
    @given(CLAIMS, st.data())
    def proof(claims: list[Claim], data: st.DataObject) -> None:
        drawn = [data.draw(st.integers(item.low, item.high or 0)) for item in claims]
        exact = [
            Claim(c.key, c.scheme, c.group, c.happened_on, n, n, c.level, c.stacking, None, c.settled)
            for c, n in zip(claims, drawn, strict=True)
        ]
        for wide, narrow in zip(stack(claims), stack(exact), strict=True):
            assert narrow.low == narrow.high
            assert wide.low <= narrow.low and (wide.high is None or narrow.low <= wide.high)

    proof()


def test_a_group_gives_the_highest_unless_more_was_paid(counts: Counts) -> None:
    @settings(max_examples=counts.property_examples, deadline=None)
    @given(CLAIMS)
    def proof(claims: list[Claim]) -> None:
        exact = [
            _keyed(Claim(c.key, "", "g", c.happened_on, c.low, c.low, c.level, c.stacking), i)
            for i, c in enumerate(claims)
        ]
        shared = [share for share in stack(exact) if share.claim.stacking is not ALL]
        highest = max((share.claim.low for share in shared), default=0)
        assert sum(share.low for share in shared) == highest

    proof()
