"""The table of what is read beside a peer: ratios of rounds, goals reached, missed, and missed by far."""

import math

import pytest

from benchmarks.goals import Goal, Row, ratio
from benchmarks.load import Load, quantile


def test_the_ratio_is_the_median_of_rounds_read_side_by_side() -> None:
    # a slow moment in the third round hits both
    assert ratio([40, 44, 4], [10, 11, 1]) == 4
    assert ratio([10, 20, 90], [10, 10, 10]) == 2
    with pytest.raises(ValueError, match="shorter"):
        ratio([1, 2], [1])


@pytest.mark.parametrize(
    ("goal", "figure", "shortfall"),
    [
        (Goal(5), 5, 1),
        (Goal(5), 20, 1),
        (Goal(5), 2, 2.5),
        (Goal(5), 0, math.inf),
        (Goal(1.5, at_least=False), 1.5, 1),
        (Goal(1.5, at_least=False), 6, 4),
        (Goal(0, "", at_least=False), 0, 1),
        (Goal(0, "", at_least=False), 1, math.inf),
    ],
)
def test_how_far_a_figure_is_from_its_goal(goal: Goal, figure: float, shortfall: float) -> None:
    assert goal.shortfall(figure) == pytest.approx(shortfall)
    assert Row("work", "", "", figure, goal.unit, goal).met is (shortfall == 1)


def test_only_what_no_machine_explains_is_lost() -> None:
    assert not Row("list", "", "", 0.51, "×", Goal(5)).lost
    assert Row("list", "", "", 0.49, "×", Goal(5)).lost
    assert Row("burst", "", "", 1, "", Goal(0, "", at_least=False)).lost
    assert not Row("search", "", "", 9_000, "ms", Goal(40, "ms", at_least=False)).lost
    assert not Row("search", "", "", 0.2, "×", Goal(40, small=1)).lost
    assert Row("search", "", "", 0.09, "×", Goal(40, small=1)).lost
    assert not Row("known", "", "", 0.01).lost


def test_a_line_tells_its_goal_and_whether_it_is_met() -> None:
    assert Row("list", "40/s", "10/s", 4, "×", Goal(5)).cells() == ("list", "40/s", "10/s", "4.00 ×", "≥ 5 ×", "**no**")
    met = Row("page", "12.0 ms", "", 12.04, "ms", Goal(40, "ms", at_least=False))
    assert met.cells() == ("page", "12.0 ms", "", "12 ms", "≤ 40 ms", "yes")
    assert Row("known", "2/s", "1/s", 2).cells() == ("known", "2/s", "1/s", "2.00 ×", "", "")


def test_a_load_tells_its_rate_and_quantiles() -> None:
    load = Load(4, 2.0, 0.2, [0.1, 0.4, 0.2, 0.3])
    assert (load.rate, load.cpu_ms, load.quantile(0.5), load.quantile(0.95)) == (2.0, 50.0, 300.0, 400.0)
    assert Load(4, 2.0, None).cpu_ms is None
    assert quantile([5.0], 0.99) == 5.0
