"""The chart of what partners settled: bars drawn in the page, and the same numbers as a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.exchange.handovers.tallies import DAY, HOUR, Settlement
from app.kit.clock import shanghai
from app.kit.i18n import _

HEIGHT = 120
#: The lengths that the page offers: code, seconds of one bar, number of bars, every how many-th bar is named.
PERIODS = {"day": (HOUR, 24, 4), "month": (DAY, 30, 5)}


@dataclass(frozen=True)
class ChartBar:
    """One stretch of time: where its bar stands (x and width in per cent, the rest in points), what it says."""

    x: float
    width: float
    accepted: int
    rejected: int
    accepted_y: float
    accepted_height: float
    rejected_height: float
    label: str
    name: str
    title: str


@dataclass(frozen=True)
class Chart:
    """All bars; `top` is the number at which the highest ends."""

    bars: tuple[ChartBar, ...]
    top: int
    accepted: int
    rejected: int
    label: str


def chart_of(found: Sequence[Settlement], period: str) -> Chart:
    """The chart of these stretches of time."""
    accepted, rejected = sum(one.accepted for one in found), sum(one.rejected for one in found)
    top = max(1, *(one.accepted + one.rejected for one in found))
    names = {"day": _("最近 24 小时"), "month": _("最近 30 天")}
    label = _("%(period)s：接收 %(accepted)s 条，退回 %(rejected)s 条") % {
        "period": names[period],
        "accepted": f"{accepted:,}",
        "rejected": f"{rejected:,}",
    }
    bars = tuple(_bar(one, place, len(found), top, period) for place, one in enumerate(found))
    return Chart(bars, top, accepted, rejected, label)


def _bar(one: Settlement, place: int, of: int, top: int, period: str) -> ChartBar:
    begins = shanghai(one.begins_at)
    name = f"{begins:%H:00}" if period == "day" else f"{begins:%m-%d}"
    every = PERIODS[period][2]
    good, bad = HEIGHT * one.accepted / top, HEIGHT * one.rejected / top
    step = 100 / of
    return ChartBar(
        x=round(place * step + step * 0.15, 3),
        width=round(step * 0.7, 3),
        accepted=one.accepted,
        rejected=one.rejected,
        accepted_y=round(HEIGHT - good, 2),
        accepted_height=round(good, 2),
        rejected_height=round(bad, 2),
        label=name if (of - 1 - place) % every == 0 else "",
        name=name,
        title=_("%(when)s 接收 %(accepted)s，退回 %(rejected)s")
        % {"when": name, "accepted": f"{one.accepted:,}", "rejected": f"{one.rejected:,}"},
    )
