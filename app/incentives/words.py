"""Amounts, their calculation and their stacking as sentences in the current language."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any

from app.incentives.domain.amount import Amount, AmountLine, AmountLineKind
from app.incentives.domain.plan import AmountPlan
from app.incentives.domain.scheme import Rounding, Scheme, Tier, amount_fen
from app.incentives.domain.stacking import Share, StackingReason
from app.kit.i18n import N_, _
from app.kit.money import format_yuan
from app.policies.domain.language.verdict import Measure
from app.policies.domain.values.outcome import Outcome
from app.policies.domain.values.units import Unit
from app.policies.formulas import formula_text
from app.policies.words import exact_text, outcome_text

_WAYS = {"down": N_("不足部分舍去"), "up": N_("不足部分进一"), "nearest": N_("四舍五入")}
_OCCURRENCES = {"first": N_("首次取得证书"), "renewed": N_("再次取得证书")}


def yuan(fen: int) -> str:
    """An amount with its unit."""
    return _("%(n)s 元") % {"n": format_yuan(fen)}


def _written(amount: Decimal | None) -> str:
    """An amount of a scheme, which is written in 元."""
    return yuan(amount_fen(amount) or 0)


def amount_text(amount: Amount | Share) -> str:
    """An amount, or its bounds; who decides where no figure is known."""
    return span_text(amount.low, amount.high)


def span_text(low: int, high: int | None) -> str:
    """From `low` to `high` 分 in words; None is an open end."""
    if high is None:
        return _("不少于 %(amount)s") % {"amount": yuan(low)} if low else _("未定")
    if low == high:
        return yuan(low)
    return _("%(low)s 至 %(high)s") % {"low": yuan(low), "high": yuan(high)}


def percent(ratio: Decimal) -> str:
    """A share as it is written: 0.02%."""
    return f"{(ratio * 100).normalize():f}%"


def rounding_text(rounding: Rounding) -> str:
    """`取整到千元，不足部分舍去`."""
    return _("取整到%(unit)s，%(way)s") % {"unit": _(_UNITS[rounding.to]), "way": _(_WAYS[rounding.way])}


COARSER = {"元": N_("元"), "百元": N_("百元"), "千元": N_("千元"), "万元": N_("万元")}
"""The units above 分 to which amounts may be rounded."""
_UNITS = {"分": N_("分"), **COARSER}


def tier_text(plan: AmountPlan, index: int) -> str:
    """For whom a tier is: its own words, else its formula, else all others."""
    tier, node = plan.scheme.tiers[index], plan.tiers[index]
    if tier.condition is not None:
        return str(tier.condition)
    if tier.occurrence is not None:
        return _(_OCCURRENCES[tier.occurrence])
    if node is not None and tier.grade is None:
        return formula_text(node, plan.catalogue)
    return tier.grade or _("其他情形")


def tier_amount(tier: Tier) -> str:
    """What a tier gives."""
    if tier.ratio is not None:
        return percent(tier.ratio)
    low = amount_fen(tier.amount) or 0
    return span_text(low, amount_fen(tier.up_to) or low)


# -- the calculation ----------------------------------------------------------------------------------------------------------


def line_text(plan: AmountPlan, line: AmountLine) -> str:
    """One step of the calculation as a sentence."""
    return _LINES[line.kind](plan, line)


def _value(line: AmountLine) -> str:
    """The amount after a line; the ends of a range to whole 分, outwards."""
    value = line.value or Measure(Unit.YUAN, None, None)
    if value.exact:
        return exact_text(value)
    low, high = (None if end is None else Fraction(end) for end in (value.low, value.high))  # type: ignore[arg-type]
    return span_text(floor(low or 0), None if high is None else ceil(high))


def _formula(plan: AmountPlan, line: AmountLine) -> str:
    return formula_text(line.node, plan.catalogue) if line.node is not None else ""


def _when(plan: AmountPlan, line: AmountLine) -> str:
    said = {"condition": _formula(plan, line), "outcome": outcome_text(line.outcome)}
    return _("条件 %(condition)s：%(outcome)s") % said


def _requires(plan: AmountPlan, line: AmountLine) -> str:
    said = {"policy": plan.required_title, "outcome": outcome_text(line.outcome)}
    return _("须符合政策条件 %(policy)s：%(outcome)s") % said


def _tier(plan: AmountPlan, line: AmountLine) -> str:
    tier = plan.scheme.tiers[line.tier or 0]
    said = {"tier": tier_text(plan, line.tier or 0), "amount": tier_amount(tier)}
    sure = _("适用档次：%(tier)s，%(amount)s") % said
    return sure if line.outcome is Outcome.MET else _("可能适用的档次：%(tier)s，%(amount)s") % said


def _no_tier(plan: AmountPlan, line: AmountLine) -> str:
    if line.outcome is Outcome.UNMET:
        return _("不在任何一档之内，不予奖补")
    return _("也可能不在任何一档之内")


def _base(plan: AmountPlan, line: AmountLine) -> str:
    return _("计算基数 %(base)s：%(amount)s") % {"base": _formula(plan, line), "amount": _value(line)}


def _ratio(plan: AmountPlan, line: AmountLine) -> str:
    return _("按 %(percent)s 计：%(amount)s") % {"percent": percent(line.ratio or Decimal(0)), "amount": _value(line)}


def _cap(plan: AmountPlan, line: AmountLine) -> str:
    cap = _written(plan.scheme.cap)
    if line.outcome is Outcome.MET:
        return _("超过上限，按上限 %(cap)s 计") % {"cap": cap}
    return _("上限 %(cap)s：%(amount)s") % {"cap": cap, "amount": _value(line)}


def _floor(plan: AmountPlan, line: AmountLine) -> str:
    least = _written(plan.scheme.floor)
    if line.outcome is Outcome.MET:
        return _("不足下限，按下限 %(floor)s 计") % {"floor": least}
    return _("下限 %(floor)s：%(amount)s") % {"floor": least, "amount": _value(line)}


def _rounded(plan: AmountPlan, line: AmountLine) -> str:
    rounding = plan.scheme.rounding or Rounding(to="分")
    return _("%(rounding)s：%(amount)s") % {"rounding": rounding_text(rounding), "amount": _value(line)}


def _result(plan: AmountPlan, line: AmountLine) -> str:
    if line.outcome is Outcome.UNMET:
        return _("不予奖补")
    return _("预计金额：%(amount)s") % {"amount": _value(line)}


_LINES: dict[AmountLineKind, Callable[[AmountPlan, AmountLine], str]] = {
    AmountLineKind.UNSET: lambda plan, line: _("金额由本局依据文件设定，尚未设定"),
    AmountLineKind.IN_WORDS: lambda plan, line: _("计算基数只有文字说明，由主管部门核定"),
    AmountLineKind.WHEN: _when,
    AmountLineKind.REQUIRES: _requires,
    AmountLineKind.FIXED: lambda plan, line: _("定额：%(amount)s") % {"amount": _value(line)},
    AmountLineKind.TIER: _tier,
    AmountLineKind.NO_TIER: _no_tier,
    AmountLineKind.BASE: _base,
    AmountLineKind.RATIO: _ratio,
    AmountLineKind.CAP: _cap,
    AmountLineKind.FLOOR: _floor,
    AmountLineKind.ROUNDED: _rounded,
    AmountLineKind.RESULT: _result,
}


# -- stacking ---------------------------------------------------------------------------------------------------------------


def share_text(share: Share, names: Callable[[str], str]) -> str:
    """Why a claim gets what it gets; `names` gives the name of a scheme by its code."""
    said: dict[str, Any] = {
        "other": names(share.to.scheme) if share.to else "",
        "amount": amount_text(share),
        "limit": yuan(share.claim.limit) if share.claim.limit is not None else "",
    }
    return _(_REASONS[share.reason]) % said


_REASONS = {
    StackingReason.FULL: N_("全额享受"),
    StackingReason.SETTLED: N_("已审定或已拨付"),
    StackingReason.YIELDS: N_("从高不重复：让位于“%(other)s”"),
    StackingReason.MAY_YIELD: N_("从高不重复：可能让位于“%(other)s”，金额确定后才知"),
    StackingReason.DIFFERENCE: N_("同一用途已享受其他奖补，只补差额：%(amount)s"),
    StackingReason.YEAR_LIMIT: N_("每家企业每年不超过 %(limit)s：本次 %(amount)s"),
}


def method_text(plan: AmountPlan) -> list[str]:
    """How the amount is found, in plain words, one sentence a step."""
    scheme = plan.scheme
    found = []
    if plan.when is not None:
        found.append(_("条件：%(condition)s") % {"condition": formula_text(plan.when, plan.catalogue)})
    if scheme.requires is not None:
        found.append(_("以符合政策条件 %(policy)s 为前提") % {"policy": plan.required_title})
    found += _amounts(plan)
    if scheme.cap is not None:
        found.append(_("最高 %(amount)s") % {"amount": _written(scheme.cap)})
    if scheme.floor is not None:
        found.append(_("最低 %(amount)s") % {"amount": _written(scheme.floor)})
    if scheme.rounding is not None:
        found.append(rounding_text(scheme.rounding))
    if scheme.annual_limit is not None:
        found.append(_("每家企业每年不超过 %(amount)s") % {"amount": _written(scheme.annual_limit)})
    return found


def _amounts(plan: AmountPlan) -> list[str]:
    scheme = plan.scheme
    if scheme.amount is not None:
        return [_("定额 %(amount)s") % {"amount": _written(scheme.amount)}]
    if scheme.ratio is not None:
        return [_("%(base)s的 %(percent)s%%") % {"base": base_text(plan), "percent": percent(scheme.ratio)[:-1]}]
    found = [f"{tier_text(plan, index)}{_('：')}{tier_amount(tier)}" for index, tier in enumerate(scheme.tiers)]
    return found or [_("由本局设定")]


def base_text(plan: AmountPlan) -> str:
    """What a ratio is taken of."""
    return formula_text(plan.base, plan.catalogue) if plan.base is not None else _prose(plan.scheme)


def _prose(scheme: Scheme) -> str:
    return str(scheme.base or "")
