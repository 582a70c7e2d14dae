"""Plain words for people who are not officials: days, whose turn it is, how near a date is."""

from datetime import date

from app.kit.i18n import N_, _, current_locale

TURNS = {
    "bureau": N_("现在由科技局办理，您不用做什么。"),
    "enterprise": N_("现在轮到您。"),
    "province": N_("现在由省里办理，您不用做什么。"),
    "none": N_("本件已办结。"),
}
_TURNS_WANTED = {
    "bureau": N_("现在由科技局办理，另有需要您提供的。"),
    "province": N_("现在由省里办理，另有需要您提供的。"),
}
_TURNS_AHEAD = {
    "bureau": N_("现在由科技局办理，您可以先准备下一步需要的。"),
    "province": N_("现在由省里办理，您可以先准备下一步需要的。"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def plain_day(day: date, on: date) -> str:
    """A day as people say it; the year only when it is not the present one."""
    month = _MONTHS[day.month - 1] if current_locale() == "en" else day.month
    named = {"year": day.year, "month": month, "day": day.day}
    if day.year == on.year:
        return _("%(month)s 月 %(day)s 日") % named
    return _("%(year)s 年 %(month)s 月 %(day)s 日") % named


def turn_text(turn: str, *, wanted: bool = False, ahead: bool = False) -> str:
    """Whose turn it is, as a sentence; `wanted`, `ahead`: what the firm has to supply now, or next, in the turn of others."""
    others = _TURNS_WANTED if wanted else _TURNS_AHEAD if ahead else {}
    return _(others.get(turn, TURNS[turn]))


def nearness(due: date, on: date) -> str:
    """How near a due day is, in days."""
    days = (due - on).days
    if days < 0:
        return _("已超过 %(n)s 天") % {"n": -days}
    return _("就是今天") if days == 0 else _("还有 %(n)s 天") % {"n": days}
