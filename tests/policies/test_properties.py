"""What must hold for every firm, whatever is known of it: totality, exactness, and that knowing more never confuses."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.policies.domain.values.outcome import Outcome, all_of
from tests.counts import Counts
from tests.policies.support import POLICY, decide, leaves

DAY = date(2021, 6, 30)
YEARS = ("2018", "2019", "2020")
CODES = ("10", "405", "40502", "none")


def amounts(least: int = 0) -> st.SearchStrategy[int]:
    """Fen around the bands and around nothing."""
    edges = st.sampled_from(
        [0, 1, 499_999_999, 500_000_000, 5_000_000_000, 5_000_000_001, 20_000_000_000, 20_000_000_001]
    )
    near = st.integers(least, 30_000_000_000)
    return st.one_of(edges, near, st.just(least))


def yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def _exact(definition: Any) -> st.SearchStrategy[Any]:
    if definition.unit == "yuan":
        return amounts(-(10**9) if definition.may_be_negative else 0)
    if definition.unit == "people":
        return st.integers(0, 3000).map(lambda tenths: Fraction(tenths, 10))
    if definition.unit == "share":
        return st.integers(0, 100).map(lambda n: Fraction(n, 100))
    if definition.unit == "date":
        return st.dates(date(2017, 1, 1), date(2021, 12, 31))
    if definition.unit == "yes_no":
        return st.booleans()
    if definition.unit == "code":
        return st.sampled_from(CODES)
    return st.integers(0, definition.highest if definition.highest is not None else 6)


def told(unit: str, value: Any) -> Any:
    """An exact value as a caller tells it."""
    if unit == "yuan":
        return yuan(value)
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}" if unit == "share" else str(float(value))
    return value.isoformat() if isinstance(value, date) else value


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, Any]:
    """Everything about a firm, exactly: value, year → value, or year → seven values."""
    found: dict[str, Any] = {}
    for code in POLICY.uses:
        definition = POLICY.catalogue[code]
        if code == "rd_domestic_share" and draw(st.booleans()):
            continue
        exact = _exact(definition)
        if definition.parts:
            found[code] = {year: [draw(exact) for _ in definition.parts] for year in YEARS}
        elif definition.told == "by_year":
            found[code] = {year: draw(exact) for year in YEARS}
        else:
            found[code] = draw(exact)
    return found


def _loosened(draw: st.DrawFn, unit: str, value: Any) -> Any:
    """What may be told when `value` is the truth: it, bounds around it, or (None) nothing."""
    kind = draw(st.sampled_from(["exact", "exact", "bounds", "nothing"]))
    if kind == "exact" or (kind == "bounds" and unit in {"code", "yes_no"}):
        return told(unit, value)
    if kind == "nothing":
        return None
    low, high = _around(draw, unit, value)
    return {"low": told(unit, low), "high": told(unit, high)}


def _around(draw: st.DrawFn, unit: str, value: Any) -> tuple[Any, Any]:
    below, above = draw(st.integers(0, 10**9)), draw(st.integers(0, 10**9))
    if unit == "date":
        return value - timedelta(days=below % 900), value + timedelta(days=above % 900)
    if unit == "share":
        return value * Fraction(below % 100, 100), value + (1 - value) * Fraction(above % 100, 100)
    if unit == "people":
        return value * Fraction(below % 3, 2) if value * Fraction(below % 3, 2) <= value else value, value + above % 50
    if unit in {"grade", "items"}:
        return draw(st.integers(0, value)), value
    return max(0, value - below) if value >= 0 else value - below, value + above


def _tell(draw: st.DrawFn, code: str, value: Any) -> Any:
    definition = POLICY.catalogue[code]
    unit = str(definition.unit)
    if not isinstance(value, dict):
        return _loosened(draw, unit, value)
    years: dict[str, Any] = {}
    for year, single in value.items():
        if definition.parts:
            years[year] = [{"low": 0} if (one := _loosened(draw, unit, part)) is None else one for part in single]
        else:
            years[year] = _loosened(draw, unit, single)
    return {year: single for year, single in years.items() if single is not None and draw(st.integers(0, 5)) > 0}


@st.composite
def truths_and_tellings(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """A firm as it is, told in full, and the same firm told in part."""
    world = draw(worlds())
    partly = {code: _tell(draw, code, value) for code, value in world.items()}
    partly = {code: value for code, value in partly.items() if value is not None}
    if "rd_domestic_share" in world and "rd_domestic_share" not in partly:
        world.pop("rd_domestic_share")  # untold it is derived: that is another firm, not the same one less known
    return {code: _told_in_full(code, value) for code, value in world.items()}, partly


def _told_in_full(code: str, value: Any) -> Any:
    unit = str(POLICY.catalogue[code].unit)
    if not isinstance(value, dict):
        return told(unit, value)
    return {
        year: [told(unit, part) for part in single] if isinstance(single, list) else told(unit, single)
        for year, single in value.items()
    }


def _inside(exact: dict[str, Any] | None, loose: dict[str, Any] | None) -> bool:
    """Whether the exact measure lies within the loose one (dates and codes are compared elsewhere)."""
    if exact is None or loose is None or exact["unit"] not in {"yuan", "share", "people", "days", "items"}:
        return True
    if "value" not in exact:
        return True
    value = Fraction(exact["value"])
    low, high = (loose["value"], loose["value"]) if "value" in loose else (loose["low"], loose["high"])
    return (low is None or Fraction(low) <= value) and (high is None or value <= Fraction(high))


def _check_scores(truth: dict[str, Any], partly: dict[str, Any]) -> None:
    """Knowing less widens every interval of the score, and never moves it."""
    pairs = [(truth["score"], partly["score"])]
    for exact, loose in zip(truth["blocks"], partly["blocks"], strict=True):
        pairs += [(exact, loose), *zip(exact["items"], loose["items"], strict=True)]
    for exact, loose in pairs:
        assert loose["low"] <= exact["low"] <= exact["high"] <= loose["high"]


def test_what_is_partly_told_never_contradicts_the_truth(counts: Counts) -> None:
    @settings(max_examples=counts.property_examples, deadline=None)
    @given(truths_and_tellings())
    def proof(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
        truth, partly = (decide(facts) for facts in pair)
        _check_scores(truth, partly)
        loose = leaves(partly)
        for key, exact in leaves(truth).items():
            assert loose[key]["outcome"] in {exact["outcome"], "unknown"}, key
            assert _inside(exact["actual"], loose[key]["actual"]), key
            if exact["outcome"] == "unmet" and exact["gap"]:
                assert _inside(exact["gap"], loose[key]["gap"]), key

    proof()


def test_knowing_more_never_widens_an_interval_nor_takes_back_an_outcome(counts: Counts) -> None:
    @settings(max_examples=counts.property_examples, deadline=None)
    @given(truths_and_tellings(), st.sets(st.sampled_from(POLICY.uses)))
    def proof(pair: tuple[dict[str, Any], dict[str, Any]], learnt: set[str]) -> None:
        truth, partly = pair
        more = partly | {code: truth[code] for code in learnt - {"rd_domestic_share"} if code in truth}
        before, after = decide(partly), decide(more)
        _check_scores(after, before)
        later = leaves(after)
        for key, clause in leaves(before).items():
            assert clause["outcome"] in {later[key]["outcome"], "unknown"}, key

    proof()


def test_the_whole_follows_from_its_clauses_and_unknown_ones_name_what_they_wait_for(counts: Counts) -> None:
    @settings(max_examples=counts.property_examples, deadline=None)
    @given(truths_and_tellings())
    def proof(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
        found = decide(pair[1])
        assert found["outcome"] == all_of(Outcome(clause["outcome"]) for clause in found["clauses"])
        for clause in found["clauses"]:
            parts = [code for part in clause["children"] for code in part["missing"]]
            if parts and clause["outcome"] == "unknown":
                assert clause["missing"] == list(dict.fromkeys(parts))
        assert not any(clause["missing"] for clause in found["clauses"] if clause["outcome"] != "unknown")
        for clause in leaves(found).values():
            open_clause = clause["outcome"] == "unknown"
            assert bool(clause["missing"]) == open_clause or (open_clause and clause["reason"] == "waits_for_experts")

    proof()


def test_figures_fully_told_decide_every_clause_that_figures_decide(counts: Counts) -> None:
    @settings(max_examples=counts.property_examples, deadline=None)
    @given(worlds())
    def proof(world: dict[str, Any]) -> None:
        found = leaves(decide({code: _told_in_full(code, value) for code, value in world.items()}))
        assert {key for key, clause in found.items() if clause["outcome"] == "unknown"} <= {"HTE-07"}
        assert not any(clause["missing"] for clause in found.values())

    proof()


def test_the_conditions_agree_with_the_same_rules_written_out_by_hand(counts: Counts) -> None:
    @settings(max_examples=counts.property_examples, deadline=None)
    @given(worlds())
    def proof(world: dict[str, Any]) -> None:
        """An independent reckoning of Article 11 on exact figures, in fen and fractions."""
        whole = decide({code: _told_in_full(code, value) for code, value in world.items()})
        found = leaves(whole)
        expected = by_hand(world)
        assert {key: found[key]["outcome"] == "met" for key in expected} == expected
        blocks = {block["id"]: (block["low"], block["high"]) for block in whole["blocks"]}
        assert blocks == score_by_hand(world)
        low, high = whole["score"]["low"], whole["score"]["high"]
        assert found["HTE-07"]["outcome"] == ("met" if low >= 71 else "unmet" if high <= 70 else "unknown")

    proof()


def by_hand(world: dict[str, Any]) -> dict[str, bool]:
    registered = world["registered_on"]
    years = [year for year in YEARS if registered <= date(int(year), 12, 31)]
    items = world["rd_internal_items"]
    countable = domestic = everything = Fraction(0)
    for year in years:
        main, other = sum(items[year][:6]), items[year][6]
        at_home, abroad = world["rd_outsourced_domestic"][year], world["rd_outsourced_overseas"][year]
        abroad_counted = min(Fraction(abroad), Fraction(2, 3) * (main + other + at_home))
        countable += main + min(Fraction(other), Fraction(main, 4)) + Fraction(4, 5) * (at_home + abroad_counted)
        domestic += main + other + at_home
        everything += main + other + at_home + abroad
    sales, latest = sum(world["sales_revenue"][year] for year in years), world["sales_revenue"]["2020"]
    least = (
        Fraction(5, 100)
        if latest <= 5_000_000_000
        else Fraction(4, 100)
        if latest <= 20_000_000_000
        else Fraction(3, 100)
    )
    share = world.get("rd_domestic_share")
    return {
        "HTE-01": (DAY - registered).days >= 365,
        "HTE-02a": world["ip_class1"] + world["ip_class2_unused"] >= 1,
        "HTE-03": world["core_field"] != "none",
        "HTE-04": world["staff_average"] > 0 and 10 * world["rd_staff_average"] >= world["staff_average"],
        "HTE-05a": sales > 0 and countable >= least * sales,
        "HTE-05b": share >= Fraction(6, 10)
        if share is not None
        else everything > 0 and 10 * domestic >= 6 * everything,
        "HTE-06": world["total_income"]["2020"] > 0
        and 10 * world["high_tech_income"]["2020"] >= 6 * world["total_income"]["2020"],
        "HTE-08": not world["accident_in_last_year"],
    }


def score_by_hand(world: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """An independent reckoning of the 100 points on exact figures: block by block, least and most."""
    years = [year for year in YEARS if world["registered_on"] <= date(int(year), 12, 31)]
    first, second = world["ip_class1"], world["ip_class2_unused"]
    number = 8 if first else 6 if second >= 5 else 4 if second >= 3 else 2 if second else 0
    expert = world["ip_advancement"] + world["ip_core_support"]
    extra = 2 if world["standards_led"] else 0
    most = (expert + number + (6 if world["ip_self_developed"] else 3)) if first + second else 0
    least = (expert + max(0, number - 1) + 1) if first + second else 0
    mean = sum(world["conversions"][year] for year in years) // len(years) if years else 0
    put_to_use = ((0, 0), (1, 6), (7, 12), (13, 18), (19, 24), (25, 30))[min(5, mean)]
    management = sum(world[f"management_{n}"] for n in range(1, 5))
    growths = [growth_by_hand([world[code][year] for year in years]) for code in ("net_assets", "sales_revenue")]
    return {
        "A": (min(30, least + extra // 2), min(30, most + extra)),
        "B": put_to_use,
        "C": (management, management),
        "D": (sum(low for low, _ in growths), sum(high for _, high in growths)),
    }


def growth_by_hand(yearly: list[int]) -> tuple[int, int]:
    if any(value < 0 for value in yearly):
        return 0, 10
    if len(yearly) == 3 and yearly[0] == 0:
        yearly = yearly[1:]
    if len(yearly) < 2 or 0 in yearly[:-1]:
        return 0, 0
    quotients = [Fraction(after, before) for before, after in pairwise(yearly)]
    growth = (sum(quotients) / len(quotients) - 1) * 100
    if growth <= 0:
        return 0, 0
    step = next((n for n, edge in enumerate((5, 15, 25, 35)) if growth < edge), 4)
    return 2 * step + 1, 2 * step + 2
