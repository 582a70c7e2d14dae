"""Arithmetic on one year's figures: R&D by its eight items, what looks wrong. Unknown stays unknown.

The items follow 工作指引 三(六): 1-6, 7 outsourced (domestic and overseas), 8 other.
"""

from collections.abc import Mapping

from app.kit.i18n import _

#: Items 1 to 6 in the order of the guideline.
RD_ITEMS = (
    "rd_personnel_fen",
    "rd_direct_fen",
    "rd_depreciation_fen",
    "rd_amortisation_fen",
    "rd_design_fen",
    "rd_equipment_fen",
)
RD_OTHER = "rd_other_fen"
RD_OUTSOURCED = ("rd_outsourced_domestic_fen", "rd_outsourced_overseas_fen")
RD_INTERNAL = (*RD_ITEMS, RD_OTHER)

E4 = 10_000


def rd_total(figures: Mapping[str, int | None]) -> int | None:
    """All R&D expense actually incurred, in 分, without any cap or weight; None while an item is unknown."""
    return _sum(figures, (*RD_INTERNAL, *RD_OUTSOURCED))


def rd_known(figures: Mapping[str, int | None]) -> int | None:
    """The R&D expense known so far, in 分; None when no item is known."""
    known = [figures[name] for name in (*RD_INTERNAL, *RD_OUTSOURCED) if figures.get(name) is not None]
    return sum(value for value in known if value is not None) if known else None


def missing_rd(figures: Mapping[str, int | None]) -> list[str]:
    """The R&D items that are not known."""
    return [name for name in (*RD_INTERNAL, *RD_OUTSOURCED) if figures.get(name) is None]


def _sum(figures: Mapping[str, int | None], names: tuple[str, ...]) -> int | None:
    values = [figures.get(name) for name in names]
    return None if None in values else sum(value for value in values if value is not None)


def doubts(figures: Mapping[str, int | None]) -> list[str]:
    """What a careful reader would ask about; nothing here keeps the figures from being saved."""
    found = []
    spent, stated = rd_known(figures), figures.get("rd_total_fen")
    if any(_exceeds(amount, figures.get("sales_revenue_fen")) for amount in (spent, stated)):
        found.append(_("研发费用大于销售收入，请核对金额和单位。"))
    if _exceeds(spent, stated):
        found.append(_("研发费用各项之和大于填报的合计，请核对。"))
    if _exceeds(figures.get("high_tech_income_fen"), figures.get("total_income_fen")):
        found.append(_("高新技术产品收入大于总收入，请核对。"))
    if _exceeds(figures.get("net_assets_fen"), figures.get("total_assets_fen")):
        found.append(_("净资产大于总资产，请核对。"))
    if _exceeds(figures.get("rd_staff_average_e4"), figures.get("staff_average_e4")):
        found.append(_("科技人员数大于职工总数，请核对。"))
    return found


def _exceeds(part: int | None, whole: int | None) -> bool:
    return part is not None and whole is not None and part > whole
