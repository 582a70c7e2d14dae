"""What is answered to a field or question, kept as one exact text per kind and shown again as people read it."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from app.kit.errors import Invalid
from app.kit.i18n import N_, _
from app.kit.money import format_yuan, parse_written, parse_yuan
from app.programmes.domain.supplied import NeededField

MAX_TEXT = 200
MAX_LONG_TEXT = 4000
#: What is part of what, wherever one form asks for both. No law says so: a part is never more than its whole.
PARTS = {"high_tech_income": "total_income", "rd_staff": "staff", "university_staff": "team_size"}
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,6})?")
_WHOLE = 100
_UNREADABLE = {
    "date": N_("日期不存在或格式不正确，请按 2021-06-30 填写。"),
    "number": N_("请填写数字，最多 6 位小数。"),
    "share": N_("请填写 0 到 100 的百分数，最多 6 位小数。"),
    "choice": N_("请从列表中选择。"),
    "yes-no": N_("请选择是或否。"),
}


def read_answer(field: NeededField, text: str) -> str:
    """`text` as it is kept; empty stays empty, whether or not it is required.

    A date is `2021-06-30`, a number plain decimal, an amount 元 with at most two decimals (`500万` is read too), a share
    per cent, a choice the code of one of `field.options`. Raises `Invalid` naming the field.
    """
    given = text.strip()
    if not given:
        return ""
    try:
        return _READERS[field.kind](field, given)
    except Invalid as error:
        raise Invalid(error.code, error.message, {field.code: error.message}) from None


def problems_of(fields: Iterable[NeededField], entered: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with what was entered, by the code of its field: it cannot be read, or a part is more than its whole.

    What is empty is not wrong, required or not.
    """
    known, problems, read = {field.code: field for field in fields}, {}, {}
    for code, field in known.items():
        try:
            read[code] = read_answer(field, entered.get(code, ""))
        except Invalid as error:
            problems[code] = error.message
    for part, whole in PARTS.items():
        if read.get(part) and read.get(whole) and Decimal(read[part]) > Decimal(read[whole]):
            names = {"part": known[part].label, "whole": known[whole].label}
            problems[part] = _("“%(part)s”不能大于“%(whole)s”，请核对。") % names
    return problems


def show_answer(field: NeededField, value: str) -> str:
    """A kept answer as people read it: amounts grouped with their unit, shares with %, choices in the reader's language."""
    if not value:
        return ""
    if field.kind == "amount":
        return _("%(amount)s 元") % {"amount": format_yuan(parse_yuan(value))}
    if field.kind == "share":
        return f"{value}%"
    if field.kind == "number":
        return f"{Decimal(value):,f}"
    option = field.options.get(value)
    return str(option) if option else value


def _text(field: NeededField, given: str) -> str:
    if len(given) > (MAX_LONG_TEXT if field.kind == "long-text" else MAX_TEXT):
        raise Invalid("answer.too_long", _("文字过长。"))
    if field.pattern and not re.fullmatch(field.pattern, given):
        hint = f"（{field.hint}）" if field.hint else ""
        raise Invalid("answer.pattern", _("%(label)s格式不正确%(hint)s") % {"label": field.label, "hint": hint})
    return given


def _date(field: NeededField, given: str) -> str:
    try:
        return date.fromisoformat(given).isoformat()
    except ValueError:
        raise _unreadable(field) from None


def _number(field: NeededField, given: str) -> str:
    cleaned = given.replace(",", "").replace("，", "")
    if not _NUMBER.fullmatch(cleaned):
        raise _unreadable(field)
    return _plain(Decimal(cleaned))


def _amount(field: NeededField, given: str) -> str:
    return _plain(Decimal(parse_written(given)) / 100)


def _share(field: NeededField, given: str) -> str:
    value = Decimal(_number(field, given.rstrip("%％ ")))
    if not 0 <= value <= _WHOLE:
        raise _unreadable(field)
    return _plain(value)


def _choice(field: NeededField, given: str) -> str:
    if given not in field.options:
        raise _unreadable(field)
    return given


def _plain(value: Decimal) -> str:
    """Without exponent and without idle zeros: 12.50 is 12.5, -0 is 0."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _unreadable(field: NeededField) -> Invalid:
    return Invalid(f"answer.{field.kind}", _(_UNREADABLE[field.kind]))


_READERS = {
    "text": _text,
    "long-text": _text,
    "date": _date,
    "number": _number,
    "amount": _amount,
    "share": _share,
    "yes-no": _choice,
    "choice": _choice,
}
