"""Values and findings as sentences in the current language."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from math import ceil, floor
from typing import Any

from app.kit.i18n import N_, _, current_locale, ngettext, use_locale
from app.kit.money import FEN_PER_WAN, FEN_PER_YUAN
from app.policies.domain.explain.fact_input import read_single
from app.policies.domain.facts.catalogue import Catalogue, FactDefinition, FactKey
from app.policies.domain.language.verdict import (
    ClauseReason,
    Finding,
    IntermediateValue,
    ItemFinding,
    Measure,
    Requirement,
)
from app.policies.domain.values.knowledge import ends
from app.policies.domain.values.outcome import Outcome
from app.policies.domain.values.units import Unit

Rounding = Callable[[Any], int]

OUTCOMES = {Outcome.MET: N_("达标"), Outcome.UNMET: N_("未达标"), Outcome.UNKNOWN: N_("待定")}
_REASONS = {
    ClauseReason.ZERO_DENOMINATOR: N_("分母为 0，不能算出比例，按未达标处理"),
    ClauseReason.NO_FISCAL_YEAR: N_("申请年的上一年年底以前还没有注册，没有可以计入的会计年度"),
    ClauseReason.JUDGED_BY_PEOPLE: N_("由专家评分，本版本不计算分数"),
    ClauseReason.WAITS_FOR_EXPERTS: N_("只待专家评分"),
    ClauseReason.MANUAL_REVIEW: N_("有年度数值为负，增长率无意义，须人工审核"),
}
RELATIONS = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "=": "="}


def outcome_text(outcome: Outcome) -> str:
    """达标 / 未达标 / 待定."""
    return _(OUTCOMES[outcome])


# -- values -----------------------------------------------------------------------------------------------------------


def measure_text(measure: Measure, *, upwards: bool = False) -> str:
    """A value with its unit. What does not fit is cut, never rounded over a threshold; a gap is rounded up."""
    rounding: Rounding = ceil if upwards else floor
    low, high = measure.low, measure.high
    if measure.exact:
        return value_text(measure.unit, low, rounding)
    if low is None and high is None:
        return _("未知")
    if high is None:
        return _("未知") if low == 0 else _("不少于 %(value)s") % {"value": value_text(measure.unit, low, rounding)}
    if low is None:
        return _("不多于 %(value)s") % {"value": value_text(measure.unit, high, rounding)}
    ends = {"low": value_text(measure.unit, low, rounding), "high": value_text(measure.unit, high, rounding)}
    return _("%(low)s 至 %(high)s") % ends


def exact_text(measure: Measure) -> str:
    """A value to the last digit: amounts in 元 and 分."""
    if measure.unit is not Unit.YUAN or measure.low is None or not measure.exact:
        return measure_text(measure)
    return _in_yuan(measure.low, floor)


def value_text(unit: Unit, value: Any, rounding: Rounding = floor) -> str:
    """One value with its unit."""
    return _TEXTS[unit](value, rounding)


def _share(value: Any, rounding: Rounding) -> str:
    return _decimal(value * 100, rounding) + "%"


def _yuan(value: Any, rounding: Rounding) -> str:
    if current_locale() == "zh" and abs(value) >= FEN_PER_WAN:
        return f"{_decimal(value, rounding, FEN_PER_WAN)} 万元"
    return _in_yuan(value, rounding)


def _in_yuan(fen: Any, rounding: Rounding) -> str:
    return _("%(amount)s 元") % {"amount": _with_fen(_decimal(fen, rounding, FEN_PER_YUAN))}


def _with_fen(amount: str) -> str:
    """`0.5` as `0.50`: 角 are not written without 分."""
    return amount + "0" if amount[-2:-1] == "." else amount


def _people(value: Any, rounding: Rounding) -> str:
    return _("%(n)s 人") % {"n": _decimal(value, rounding)}


def _days(value: Any, rounding: Rounding) -> str:
    return ngettext("%(n)s 天", "%(n)s 天", int(value)) % {"n": f"{int(value):,}"}


def _months(value: Any, rounding: Rounding) -> str:
    return ngettext("%(n)s 个月", "%(n)s 个月", int(value)) % {"n": f"{int(value):,}"}


def _years(value: Any, rounding: Rounding) -> str:
    return ngettext("%(n)s 年", "%(n)s 年", int(value)) % {"n": f"{int(value):,}"}


def _area(value: Any, rounding: Rounding) -> str:
    return _("%(n)s 平方米") % {"n": _decimal(value, rounding)}


def _items(value: Any, rounding: Rounding) -> str:
    return ngettext("%(n)s 项", "%(n)s 项", int(value)) % {"n": _decimal(value, rounding)}


def _grade(value: Any, rounding: Rounding) -> str:
    return ngettext("%(n)s 分", "%(n)s 分", int(value)) % {"n": _decimal(value, rounding)}


def _yes_no(value: Any, rounding: Rounding) -> str:
    return _("是") if value else _("否")


def _day(value: Any, rounding: Rounding) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _code(value: Any, rounding: Rounding) -> str:
    return str(value)


def _number(value: Any, rounding: Rounding) -> str:
    return _decimal(value, rounding)


_TEXTS: dict[Unit, Callable[[Any, Rounding], str]] = {
    Unit.SHARE: _share,
    Unit.YUAN: _yuan,
    Unit.PEOPLE: _people,
    Unit.DAYS: _days,
    Unit.MONTHS: _months,
    Unit.YEARS: _years,
    Unit.SQUARE_METRES: _area,
    Unit.ITEMS: _items,
    Unit.GRADE: _grade,
    Unit.YES_NO: _yes_no,
    Unit.DATE: _day,
    Unit.CODE: _code,
    Unit.NUMBER: _number,
}


def _decimal(value: Any, rounding: Rounding, divisor: int = 1) -> str:
    """An exact number over `divisor` with up to two decimals; in whole numbers, for a sweep words many thousands."""
    hundredths, per = value.numerator * 100, value.denominator * divisor
    scaled = hundredths // per if rounding is floor else -(-hundredths // per)
    whole, rest = divmod(abs(scaled), 100)
    decimals = f"{rest:02}".rstrip("0")
    return f"{'-' if scaled < 0 else ''}{whole:,}" + (f".{decimals}" if decimals else "")


# -- findings -----------------------------------------------------------------------------------------------------------


def required_text(required: Requirement) -> str:
    """`≥ 10%`, `= 是`, or that a code must stand in a list."""
    if required.value is None:
        return _("在目录内")
    return f"{RELATIONS[required.relation]} {measure_text(required.value)}"


def unset_text(required: Requirement) -> str:
    """The same where the bureau sets the value and has not done so."""
    return _("%(relation)s 市局设定值（尚未设定）") % {"relation": RELATIONS[required.relation]}


def gap_text(gap: Measure) -> str:
    """`还差 38.2 万元`; of an uncertain gap its bounds."""
    if gap.exact:
        return _("还差 %(gap)s") % {"gap": measure_text(gap, upwards=True)}
    if gap.high is None:
        return _("至少还差 %(gap)s") % {"gap": value_text(gap.unit, gap.low, ceil)} if gap.low else ""
    if gap.low:
        ends = {"low": value_text(gap.unit, gap.low, floor), "high": value_text(gap.unit, gap.high, ceil)}
        return _("还差 %(low)s 至 %(high)s") % ends
    return _("最多还差 %(gap)s") % {"gap": value_text(gap.unit, gap.high, ceil)}


def finding_text(finding: Finding) -> str:
    """How a clause stands, in a few words: `18 人 ÷ 142 人 = 12.67%`; what is lacking is told by its gap."""
    unsaid = finding.outcome is Outcome.UNMET or finding.actual is None or finding.reason is ClauseReason.MANUAL_REVIEW
    if finding.reason is not None and unsaid:
        return _(_REASONS[finding.reason])
    return _actual_text(finding.actual, finding.basis[:2])


def item_text(finding: ItemFinding) -> str:
    """Why an item of the score lies where it does: the growth with its years, the ratio, the count, or the grade."""
    if finding.reason is not None:
        return _(_REASONS[finding.reason])
    if finding.course:
        return _growth_text(finding)
    if finding.actual is not None:
        return _actual_text(finding.actual, finding.basis[:2])
    if finding.grade is not None and finding.grade.exact:
        return _("评 %(grade)s") % {"grade": measure_text(finding.grade)}
    return str(finding.label or "")


def _growth_text(finding: ItemFinding) -> str:
    """`100 万元 → 130 万元 → 180 万元，年均增长 34.23%`, as far as it is known."""
    if not any(value.exact for value in finding.course):
        return ""
    years = " → ".join(measure_text(value) for value in finding.course)
    if finding.actual is None or not finding.actual.exact:
        return years
    return _("%(years)s，年均增长 %(growth)s") % {"years": years, "growth": measure_text(finding.actual)}


def _actual_text(actual: Measure | None, quotient: Sequence[IntermediateValue]) -> str:
    if actual is None:
        return ""
    if (
        actual.unit is Unit.SHARE
        and len(quotient) == 2
        and actual.exact
        and all(basis.value.exact for basis in quotient)
    ):
        top, bottom = (measure_text(basis.value) for basis in quotient)
        return f"{top} ÷ {bottom} = {measure_text(actual)}"
    return measure_text(actual)


# -- facts and formulas ---------------------------------------------------------------------------------------------------


def fact_text(catalogue: Catalogue, key: FactKey) -> str:
    """A fact by its name, with its year."""
    label = str(catalogue[key.code].label)
    return label if key.year is None else _("%(year)s 年度%(fact)s") % {"year": key.year, "fact": label}


def stated_text(definition: FactDefinition, value: Any) -> str:
    """A value as a caller tells it, in words."""
    known = read_single(definition, None, value, definition.code).values()
    return _("、").join(exact_text(Measure(definition.unit, *ends(item))) for item in known)


def both_languages(make: Callable[[], str]) -> dict[str, str]:
    """What `make` says in Chinese and in English, under `text` and `text_en`."""
    with use_locale("zh"):
        chinese = make()
    with use_locale("en"):
        return {"text": chinese, "text_en": make()}


def kept_text(stated: Mapping[str, Any], name: str = "text") -> str:
    """What `both_languages` kept, in the current language."""
    return str(stated[name if current_locale() == "zh" else f"{name}_en"])


def kept_words(words: Mapping[str, str]) -> str:
    """A bilingual text as it is kept (`zh`, `en`), in the current language."""
    return words["zh" if current_locale() == "zh" else "en"]
