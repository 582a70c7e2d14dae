"""Rounds of visits: whom to see on which day, township by township, and how stops change places."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.kit.errors import Conflict, Invalid
from app.kit.i18n import _

MOST_STOPS = 500


@dataclass(frozen=True)
class StopAt:
    """A firm to be seen, and where: its region code and the key of its name."""

    enterprise_id: int
    region_code: str
    name_key: str


@dataclass(frozen=True)
class PlannedStop:
    """A firm, the day and its place in that day, from 0."""

    enterprise_id: int
    day: date
    ordinal: int


def plan_days(stops: Sequence[StopAt], days: Sequence[date], per_day: int) -> list[PlannedStop]:
    """Stops by township, then by name, so many a day. Raises `Invalid` when the days do not suffice."""
    if not stops:
        raise Invalid("engagement.round.empty", _("请先选择要走访的企业。"))
    if len(stops) > len(days) * per_day:
        text = _("%(days)s 天、每天 %(per_day)s 家，排不下 %(n)s 家企业；请增加天数或每天家数。")
        message = text % {"days": len(days), "per_day": per_day, "n": len(stops)}
        raise Invalid("engagement.round.days", message, {"days": message})
    ordered = sorted(stops, key=lambda stop: (stop.region_code, stop.name_key, stop.enterprise_id))
    return [
        PlannedStop(stop.enterprise_id, days[place // per_day], place % per_day) for place, stop in enumerate(ordered)
    ]


def moved(day: Sequence[int], key: int, step: int) -> list[int]:
    """The keys of a day with `key` one place up (-1) or down (+1); unchanged at an end."""
    keys = list(day)
    place = keys.index(key)
    target = place + step
    if 0 <= target < len(keys):
        keys[place], keys[target] = keys[target], keys[place]
    return keys


def decide_running(closed_on: date | None) -> None:
    """Raise `Conflict` once the round is closed."""
    if closed_on is not None:
        raise Conflict("engagement.round.closed", _("这一轮走访已经结束。"))


def decide_untouched(visit_id: int | None, skipped: str) -> None:
    """Raise `Conflict` for a stop that was made or skipped already."""
    if visit_id is not None or skipped:
        raise Conflict("engagement.stop.done", _("这一站已经走访或跳过。"))
