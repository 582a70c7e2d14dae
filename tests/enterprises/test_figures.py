import pytest

from app.enterprises.domain.figures import RD_INTERNAL, RD_OUTSOURCED, doubts, missing_rd, rd_known, rd_total
from app.enterprises.domain.scale import suggest_scale
from app.enterprises.part_fields import FIGURE_NAMES

WAN = 1_000_000


def test_the_total_is_known_only_when_every_item_is() -> None:
    figures = dict.fromkeys((*RD_INTERNAL, *RD_OUTSOURCED), 100)
    assert rd_total(figures) == 900
    figures["rd_design_fen"] = None
    assert rd_total(figures) is None
    assert rd_known(figures) == 800
    assert missing_rd(figures) == ["rd_design_fen"]
    assert rd_known(dict.fromkeys(FIGURE_NAMES)) is None


@pytest.mark.parametrize(
    ("figures", "number"),
    [
        ({"sales_revenue_fen": 100, "rd_direct_fen": 101}, 1),
        ({"sales_revenue_fen": 100, "rd_direct_fen": 100}, 0),
        ({"total_income_fen": 1, "high_tech_income_fen": 2, "net_assets_fen": 3, "total_assets_fen": 2}, 2),
        ({"staff_average_e4": 10, "rd_staff_average_e4": 11}, 1),
        ({}, 0),
    ],
)
def test_doubts_are_told(figures: dict[str, int], number: int) -> None:
    assert len(doubts(figures)) == number


@pytest.mark.parametrize(
    ("industry", "staff", "revenue", "scale"),
    [
        ("3990", 1000, 40_000, "large"),
        ("3990", 999, 40_000, "medium"),
        ("3990", 1000, 39_999, "medium"),
        ("3990", 300, 2_000, "medium"),
        ("3990", 20, 300, "small"),
        ("3990", 19, 300, "micro"),
        ("0411", None, 500, "medium"),
        ("5110", 200, 40_000, "large"),
        ("6510", 10, 50, "small"),
        ("8110", 10, 50, None),
        ("3990", None, 50, None),
        ("", 10, 50, None),
    ],
)
def test_the_size_class_needs_both_floors(industry: str, staff: int | None, revenue: int, scale: str | None) -> None:
    assert suggest_scale(industry, None if staff is None else staff * 10_000, revenue * WAN) == scale
