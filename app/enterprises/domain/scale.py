"""The size class that staff and revenue suggest (工信部联企业〔2011〕300号, 国统字〔2017〕213号). Advice, never a decision."""

from dataclasses import dataclass

WAN = 1_000_000  # 分 in 1 万元
E4 = 10_000


@dataclass(frozen=True)
class _Floors:
    """Lower edges for large, medium and small; a class needs both its floors, else the firm drops one class."""

    staff: tuple[int, int, int] | None
    revenue: tuple[int, int, int]


_CLASSES = ("large", "medium", "small")
_INDUSTRY = _Floors((1000, 300, 20), (40_000, 2_000, 300))
_FARMING = _Floors(None, (20_000, 500, 50))
_WHOLESALE = _Floors((200, 20, 5), (40_000, 5_000, 1_000))
_SOFTWARE = _Floors((300, 100, 10), (10_000, 1_000, 50))


def _floors_for(industry_code: str) -> _Floors | None:
    """By GB/T 4754-2017 code; None for classes whose floors are not carried here."""
    division = industry_code[:2]
    if industry_code[:1] in {"B", "C", "D"} or ("06" <= division <= "46" and division.isdigit()):
        return _INDUSTRY
    if industry_code[:1] == "A" or "01" <= division <= "05":
        return _FARMING
    if division == "51":
        return _WHOLESALE
    return _SOFTWARE if division == "65" else None


def suggest_scale(industry_code: str, staff_e4: int | None, revenue_fen: int | None) -> str | None:
    """`large`, `medium`, `small` or `micro`; None while a figure is unknown or the industry's floors are not known."""
    floors = _floors_for(industry_code) if industry_code else None
    if floors is None or revenue_fen is None or (floors.staff and staff_e4 is None):
        return None
    for index, name in enumerate(_CLASSES):
        enough_staff = floors.staff is None or (staff_e4 or 0) >= floors.staff[index] * E4
        if enough_staff and revenue_fen >= floors.revenue[index] * WAN:
            return name
    return "micro"
