"""Facts as callers tell them (JSON of contract "Evaluations"), read strictly: each bad one is named with its reason."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from app.kit.errors import Invalid
from app.kit.i18n import N_, _
from app.kit.money import FEN_PER_YUAN, MAX_FEN
from app.policies.domain.facts.catalogue import FactDefinition, FactKey, Facts, Periodicity
from app.policies.domain.language.calculator import OUTSIDE, listed
from app.policies.domain.language.policy import Policy
from app.policies.domain.values.amounts import machine_value
from app.policies.domain.values.knowledge import Exact, Knowledge, Known, between, ends
from app.policies.domain.values.units import Unit, plain

FIRST_YEAR, LAST_YEAR = 1900, 2100
LONGEST_TEXT = 40
MOST_COUNTED = 10**9
ENDS = frozenset({"low", "high"})

Entries = dict[FactKey, Knowledge]


class BadFactsError(Exception):
    """Some facts cannot be read: the path of each, with its message."""

    def __init__(self, messages: Mapping[str, str]) -> None:
        super().__init__("; ".join(messages.values()))
        self.messages = dict(messages)


def read_facts(policy: Policy, stated: Mapping[str, Any]) -> Facts:
    """`stated` as facts for `policy`; raises `Invalid` that names every bad fact by its path (`facts.sales_revenue.2018`)."""
    known: Entries = {}
    messages: dict[str, str] = {}
    for code, value in stated.items():
        path = f"facts.{code[:60]}"
        if code not in policy.uses:
            messages[path] = _("该政策没有名为“%(code)s”的事实。") % {"code": code[:60]}
            continue
        try:
            known |= read_fact(policy.catalogue[code], value, path)
            _check_code(policy, code, known.get(FactKey(code)), path)
        except BadFactsError as error:
            messages |= error.messages
    if messages:
        names = "、".join(messages)
        raise Invalid(
            "policies.facts", _("有 %(n)s 处事实填写有误：%(names)s。") % {"n": len(messages), "names": names}, messages
        )
    return Facts(policy.catalogue, known)


def read_fact(definition: FactDefinition, value: Any, path: str) -> Entries:
    """One fact as told; raises `BadFactsError`."""
    if _is_range(value):
        return _range(value, path, lambda end, at: read_fact(definition, end, at))
    by_year = isinstance(value, Mapping)
    if by_year and definition.told is Periodicity.ONCE:
        raise _bad(path, _("这项事实只有一个值，不按年度填写。"))
    if not by_year and definition.told is Periodicity.BY_YEAR:
        raise _bad(path, _('这项事实按年度填写，例如 {"2020": …}。'))
    if by_year:
        return _by_year(definition, value, path)
    return read_single(definition, None, value, path)


def read_single(definition: FactDefinition, year: int | None, value: Any, path: str) -> Entries:
    """One telling of a fact, for one year or for none; raises `BadFactsError`."""
    if _is_range(value):
        return _range(value, path, lambda end, at: read_single(definition, year, end, at))
    if not definition.parts:
        return {FactKey(definition.code, year): _value(definition, value, path)}
    if not isinstance(value, list) or len(value) != len(definition.parts):
        raise _bad(path, _("这项事实每年由 %(n)s 个数组成，请按顺序填写。") % {"n": len(definition.parts)})
    keys = definition.keys(year)
    return {key: _value(definition, part, f"{path}.{key.part}") for key, part in zip(keys, value, strict=True)}


def stated_facts(facts: Facts) -> dict[str, Any]:
    """The inverse of `read_facts`: what is known, as a caller would tell it."""
    stated: dict[str, Any] = {}
    for code, definition in facts.catalogue.items():
        years = sorted({key.year for key in facts.known if key.code == code and key.year is not None})
        if years:
            stated[code] = {str(year): _stated_single(facts, definition, year) for year in years}
        elif facts.stated(code, None):
            stated[code] = _stated_single(facts, definition, None)
    return stated


def _stated_single(facts: Facts, definition: FactDefinition, year: int | None) -> Any:
    values = [_stated_value(definition.unit, facts.of(key)) for key in definition.keys(year)]
    return values if definition.parts else values[0]


def _stated_value(unit: Unit, known: Knowledge) -> Any:
    if isinstance(known, Known):
        return machine_value(unit, known.value)
    low, high = ends(known)
    return {name: machine_value(unit, end) for name, end in (("low", low), ("high", high)) if end is not None}


# -- shapes -----------------------------------------------------------------------------------------------------------


def _by_year(definition: FactDefinition, stated: Mapping[str, Any], path: str) -> Entries:
    known: Entries = {}
    messages: dict[str, str] = {}
    for year, single in stated.items():
        at = f"{path}.{year[:20]}"
        try:
            known |= read_single(definition, _year(year, at), single, at)
        except BadFactsError as error:
            messages |= error.messages
    if messages:
        raise BadFactsError(messages)
    return known


def _year(text: str, path: str) -> int:
    if not re.fullmatch(r"\d{4}", text, re.ASCII) or not FIRST_YEAR <= int(text) <= LAST_YEAR:
        raise _bad(path, _("年度应为 %(first)s 至 %(last)s 之间的四位数。") % {"first": FIRST_YEAR, "last": LAST_YEAR})
    return int(text)


def _is_range(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(value.keys() & ENDS)


def _range(value: Mapping[str, Any], path: str, read: Callable[[Any, str], Entries]) -> Entries:
    alike = len({isinstance(end, Mapping) for end in value.values()}) == 1
    if value.keys() - ENDS or not alike or any(_is_range(end) for end in value.values()):
        raise _bad(path, _("范围只用 low 和 high 两项填写，两端应为确定的值。"))
    sides = {name: read(value[name], f"{path}.{name}") for name in ("low", "high") if name in value}
    lows, highs = sides.get("low", {}), sides.get("high", {})
    return {key: _between(lows.get(key), highs.get(key), path) for key in dict.fromkeys([*lows, *highs])}


def _between(low: Knowledge | None, high: Knowledge | None, path: str) -> Knowledge:
    stated_ends = [end.value if isinstance(end, Known) else None for end in (low, high)]
    if any(end is not None and not isinstance(end, Known) for end in (low, high)):
        raise _bad(path, _("范围只用 low 和 high 两项填写，两端应为确定的值。"))
    least, most = stated_ends
    if isinstance(least, str) or isinstance(most, str):
        if least != most:
            raise _bad(path, _("代码不能填写为范围。"))
        return Known(str(least))
    if least is not None and most is not None and least > most:  # type: ignore[operator]
        raise _bad(path, _("范围的下限大于上限。"))
    return between(least, most)


def _check_code(policy: Policy, code: str, known: Knowledge | None, path: str) -> None:
    """A code must stand in a list with which the policy compares it; `none` says that it stands in none."""
    if not isinstance(known, Known) or not isinstance(known.value, str) or known.value == OUTSIDE:
        return
    if policy.catalogue[code].any_code:
        return
    lists = policy.accepted_codes(code)
    if lists and not any(listed(node, known.value) for node in lists):
        raise _bad(path, _("目录中没有这个代码；不属于任何一类时填写 none。"))


def _bad(path: str, message: str) -> BadFactsError:
    return BadFactsError({path: message})


# -- values -----------------------------------------------------------------------------------------------------------


def _value(definition: FactDefinition, value: Any, path: str) -> Knowledge:
    if _is_range(value):
        return _range(value, path, lambda end, at: {FactKey(""): _value(definition, end, at)})[FactKey("")]
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        raise _bad(path, _("内容过长，最多 %(n)s 个字符。") % {"n": LONGEST_TEXT})
    read, expected = _READERS[definition.unit]
    found = read(value)
    if found is None:
        raise _bad(path, _(expected))
    _check_limits(definition, found, path)
    return Known(found)


def _check_limits(definition: FactDefinition, value: Any, path: str) -> None:
    if isinstance(value, (str, date)):
        return
    lowest, highest = definition.lowest, definition.highest
    if lowest is not None and value < lowest:
        raise _bad(path, _("不能小于 %(lowest)s。") % {"lowest": lowest})
    if highest is not None and value > highest:
        raise _bad(path, _("不能大于 %(highest)s。") % {"highest": highest})
    if (definition.unit is Unit.YUAN and abs(value) > MAX_FEN) or value > MAX_FEN:
        raise _bad(path, _("数值过大，请核对单位。"))


def _number(value: Any, pattern: str) -> int | Fraction | None:
    """An integer, or a decimal text; a float has been rounded and is refused."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if abs(value) <= 10**18 else None
    return Fraction(value) if isinstance(value, str) and re.fullmatch(pattern, value, re.ASCII) else None


def _yuan(value: Any) -> Exact | None:
    amount = _number(value, r"-?\d{1,18}(\.\d{1,2})?")
    return None if amount is None else int(amount * FEN_PER_YUAN)


def _people(value: Any) -> Exact | None:
    number = _number(value, r"-?\d{1,12}(\.\d{1,12})?")
    return None if number is None else plain(number)


def _area(value: Any) -> Exact | None:
    area = _number(value, r"-?\d{1,9}(\.\d{1,2})?")
    return None if area is None else plain(area)


def _share(value: Any) -> Exact | None:
    share = _number(value, r"-?\d{1,9}(\.\d{1,30})?|\d{1,18}/[1-9]\d{0,17}")
    return None if share is None else plain(share)


def _whole(value: Any) -> Exact | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MOST_COUNTED else None


def _day(value: Any) -> Exact | None:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def _yes_no(value: Any) -> Exact | None:
    return value if isinstance(value, bool) else None


def _code(value: Any) -> Exact | None:
    return value if isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9.-]{1,20}", value, re.ASCII) else None


_READERS: dict[Unit, tuple[Callable[[Any], Exact | None], str]] = {
    Unit.YUAN: (_yuan, N_('应为以元为单位的金额：整数，或最多两位小数的文本，如 "1234.56"。')),
    Unit.PEOPLE: (_people, N_('应为人数：整数，或小数文本，如 "142.5"。')),
    Unit.SHARE: (_share, N_('应为 0 至 1 之间的比例文本，如 "0.65" 或 "13/20"。')),
    Unit.ITEMS: (_whole, N_("应为整数。")),
    Unit.GRADE: (_whole, N_("应为整数分。")),
    Unit.DAYS: (_whole, N_("应为整数。")),
    Unit.MONTHS: (_whole, N_("应为整数。")),
    Unit.YEARS: (_whole, N_("应为整数。")),
    Unit.SQUARE_METRES: (_area, N_('应为面积：整数，或最多两位小数的文本，如 "212.5"。')),
    Unit.NUMBER: (_whole, N_("应为整数。")),
    Unit.DATE: (_day, N_("应为日期，如 2021-06-30。")),
    Unit.YES_NO: (_yes_no, N_("应为 true 或 false。")),
    Unit.CODE: (_code, N_("应为代码文本。")),
}
