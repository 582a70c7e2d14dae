"""A plan in sentences: what has to change, by how much, until when, and what no longer can."""

from fractions import Fraction
from math import ceil, floor
from typing import Any

from app.kit.i18n import N_, _, current_locale, ngettext
from app.kit.money import FEN_PER_WAN
from app.policies.domain.facts.catalogue import Catalogue, FactKey
from app.policies.domain.language.verdict import Measure
from app.policies.domain.plan.changes import APPLICATION_DAY, Change, Changeability, ChangeKind, Why
from app.policies.domain.plan.effects import ValueEffect
from app.policies.domain.plan.next import Next
from app.policies.domain.values.knowledge import Known, ends
from app.policies.domain.values.units import Unit
from app.policies.words import fact_text, gap_text, measure_text, value_text

WHY = {
    Why.YEAR_OVER: N_("该年度已结束，只有记录有误时才能更正"),
    Why.WINDOW: N_("期间届满后才不再计入"),
    Why.HISTORY: N_("已成事实，不能改变"),
}


def figure_text(catalogue: Catalogue, key: FactKey) -> str:
    """A figure by its name, with its year and its part: `2020 年度企业内部研发费用（人员人工费用）`."""
    if key == APPLICATION_DAY:
        return _("申请日")
    name = fact_text(catalogue, FactKey(key.code, key.year))
    if key.part is None:
        return name
    return _("%(fact)s（%(part)s）") % {"fact": name, "part": catalogue[key.code].parts[key.part - 1]}


def wanted_text(change: Change) -> str:
    """The value that is wanted, never rounded so that it would fail: up where it has to rise, else down."""
    if change.relation == "in":
        return _("目录所列")
    value = value_text(change.unit, change.after, ceil if change.rises else floor)
    if change.waits or change.relation == "=":
        return value
    return _((_DAYS if change.unit is Unit.DATE else _LIMITS)[change.relation]) % {"value": value}


def now_text(change: Change) -> str:
    """What is known now; an amount so that it and the difference, as they are shown, make what is wanted."""
    gap = change.difference
    if change.unit is not Unit.YUAN or gap is None or not isinstance(change.before, Known):
        return measure_text(Measure(change.unit, *ends(change.before)))
    amounts = [Fraction(value) for value in (change.before.value, change.after, gap.low)]  # type: ignore[arg-type]
    if current_locale() != "zh" or any(abs(amount) < FEN_PER_WAN for amount in amounts):
        return value_text(change.unit, change.before.value)
    _now, wanted, difference = (amount / _SHOWN for amount in amounts)
    shown = ceil(wanted) - ceil(difference) if change.rises else floor(wanted) + ceil(difference)
    return value_text(change.unit, shown * _SHOWN)


_SHOWN = FEN_PER_WAN // 100
"""万元 are shown with two decimals: 100 元."""
_LIMITS = {">=": N_("不少于 %(value)s"), "<=": N_("不多于 %(value)s")}
_DAYS = {">=": N_("不早于 %(value)s"), "<=": N_("不晚于 %(value)s")}


def change_text(catalogue: Catalogue, change: Change) -> str:
    """The change in one sentence: `2021 年度销售收入还差 38.2 万元，须达到 5,000 万元；最迟 2021-12-31`."""
    if change.waits:
        return _waiting_text(change)
    stated = {"fact": figure_text(catalogue, change.key), "to": wanted_text(change)}
    open_year = change.changeability.changeable and change.key.year is not None
    if change.kind is ChangeKind.TELL and not open_year:
        return _("%(fact)s尚不清楚，应为：%(to)s") % stated
    gap = change.difference
    sentence = _("%(fact)s应为：%(to)s") % stated if gap is None else _amount_text(stated, change, gap)
    return _("%(change)s；%(until)s") % {
        "change": sentence,
        "until": until_text(catalogue, change.key, change.changeability),
    }


def _amount_text(stated: dict[str, str], change: Change, gap: Measure) -> str:
    if change.rises:
        return _("%(fact)s%(gap)s，须达到 %(to)s") % {**stated, "gap": gap_text(gap)}
    value = value_text(gap.unit, gap.low, ceil)
    return _("%(fact)s多出 %(gap)s，须降至 %(to)s") % {**stated, "gap": value}


def _waiting_text(change: Change) -> str:
    days = int(Fraction(change.difference.low)) if change.difference and change.difference.low else 0  # type: ignore[arg-type]
    stated = {"n": f"{days:,}", "day": str(change.after)}
    return ngettext("再等 %(n)s 天，%(day)s 起可以申请", "再等 %(n)s 天，%(day)s 起可以申请", days) % stated


def until_text(catalogue: Catalogue, key: FactKey, changeability: Changeability) -> str:
    """By which day a figure must stand, or why it no longer can be changed."""
    if changeability.changeable:
        return _("最迟 %(day)s") % {"day": changeability.by}
    if changeability.why is Why.WINDOW:
        return _("期间（%(period)s）届满后才不再计入") % {"period": catalogue[key.code].period}
    return _(WHY[changeability.why or Why.HISTORY])


def fixed_text(catalogue: Catalogue, key: FactKey, changeability: Changeability) -> str:
    """That a figure cannot be changed any more, and why."""
    stated = {"fact": figure_text(catalogue, key), "why": until_text(catalogue, key, changeability)}
    return _("%(fact)s：%(why)s") % stated


def effect_text(effect: ValueEffect) -> str:
    """By how much a missing value could change the outcome."""
    parts = []
    if effect.points:
        parts.append(ngettext("最多影响 %(n)s 分", "最多影响 %(n)s 分", effect.points) % {"n": effect.points})
    names = {"met": _names(effect.could_meet), "unmet": _names(effect.could_fail)}
    if effect.could_meet and effect.could_fail:
        parts.append(_("单此一项即可使%(met)s达标或不达标") % names)
    elif effect.could_fail:
        parts.append(_("单此一项即可使%(unmet)s不达标") % names)
    elif effect.could_meet:
        parts.append(_("单此一项即可使%(met)s达标") % names)
    return _("，").join(parts) or _("须与其他数据一起才能决定")


def _names(goals: tuple[Any, ...]) -> str:
    return _("、").join(_("“%(title)s”") % {"title": goal.title} for goal in goals)


def next_text(chance: Next) -> str:
    """Which years count at the next application, which no longer do, and what that comes to."""
    stated = {
        "day": chance.on.isoformat(),
        "years": _("、").join(map(str, chance.years)),
        "dropped": _("、").join(map(str, chance.dropped)),
        "open": chance.open_year,
    }
    sentence = _("最早 %(day)s 申请：计 %(years)s 年度，%(dropped)s 年度不再计入，%(open)s 年度还可以改变") % stated
    if chance.changes:
        return sentence
    rest = _("按现有数据没有找到能达标的办法") if chance.unsolved else _("其他数据照旧即可达标")
    return _("%(change)s；%(until)s") % {"change": sentence, "until": rest}


def difference_text(change: Change) -> str:
    """By how much a figure changes: `+ 38.2 万元`, `− 10 人`; "" where it was not known."""
    gap = change.difference
    if gap is None or gap.low is None:
        return ""
    sign = "+" if change.rises else "−"
    return f"{sign} {value_text(gap.unit, gap.low, ceil)}"
