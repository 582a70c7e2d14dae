"""What was typed into the questions of a policy, read as facts, with a message beside each control that cannot be read."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from starlette.datastructures import FormData, UploadFile

from app.doors.forms.bound import Bound
from app.doors.forms.fact_questions import Blank, FactQuestion, FactQuestionGroup, name_of
from app.kit.errors import Invalid
from app.kit.i18n import _
from app.kit.money import FEN_PER_YUAN, parse_written
from app.policies.domain.explain.fact_input import read_facts, stated_facts
from app.policies.domain.facts.catalogue import FactKey, Facts
from app.policies.domain.language.policy import Policy
from app.policies.domain.values.amounts import exact_text, machine_value
from app.policies.domain.values.knowledge import UNKNOWN, Knowledge, Known, ends
from app.policies.domain.values.units import Unit

LONGEST = 60
_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,12})?", re.ASCII)


@dataclass(frozen=True)
class Answers:
    """The form as it was filled in (`form` for showing it again) and, when all could be read, what it tells."""

    form: Bound[Any]
    stated: Mapping[str, Any] = field(default_factory=dict)

    @property
    def valid(self) -> bool:
        """Whether everything could be read."""
        return not self.form.errors and not self.form.summary


def first_answers(topics: Iterable[FactQuestionGroup]) -> Bound[Any]:
    """The form as it is shown first: with what is on file."""
    return Bound(None, {blank.name: blank.text for blank in _blanks(topics)})


def read_answers(policy: Policy, topics: Iterable[FactQuestionGroup], filed: Facts, form: FormData) -> Answers:
    """`form` as facts. What is not asked, or is on file only within bounds and left empty, stays as on file."""
    asked = tuple(topics)
    raw = {blank.name: _text(form, blank.name) for blank in _blanks(asked)}
    reader = _Reader(filed, raw)
    stated = reader.stated(asked)
    bound: Bound[Any] = Bound(None, raw, reader.errors)
    not_asked = set(policy.uses) - {question.code for topic in asked for question in topic.questions}
    stated |= {code: value for code, value in stated_facts(filed).items() if code in not_asked}
    if not bound.errors:
        _check(policy, stated, bound)
    return Answers(bound, stated)


def _blanks(topics: Iterable[FactQuestionGroup]) -> tuple[Blank, ...]:
    return tuple(blank for topic in topics for question in topic.questions for blank in question.blanks)


def _text(form: FormData, name: str) -> str:
    value = form.get(name) or ""
    return "" if isinstance(value, UploadFile) else "".join(filter(str.isprintable, value)).strip()


def _check(policy: Policy, stated: dict[str, Any], bound: Bound[Any]) -> None:
    try:
        read_facts(policy, stated)
    except Invalid as error:
        for path, message in error.fields.items():
            name = "-".join(part for part in path.split(".")[1:] if part not in {"low", "high"})
            control = name if name in bound.raw else next((known for known in bound.raw if known.startswith(name)), "")
            if control:
                bound.errors.setdefault(control, []).append(message)
            else:
                bound.summary.append(message)


class _Reader:
    """Reads the controls one by one and notes what cannot be read."""

    def __init__(self, filed: Facts, raw: Mapping[str, str]) -> None:
        self._filed = filed
        self._raw = raw
        self.errors: dict[str, list[str]] = {}

    def stated(self, topics: Iterable[FactQuestionGroup]) -> dict[str, Any]:
        """Everything that was filled in, in the shape of an evaluation's body."""
        found = ((question.code, self._fact(question)) for topic in topics for question in topic.questions)
        return {code: value for code, value in found if value is not None}

    def _fact(self, question: FactQuestion) -> Any:
        by_year = {group.blanks[0].key.year: self._group(group.blanks) for group in question.groups}
        if None in by_year:
            return by_year[None]
        known = {str(year): value for year, value in by_year.items() if value is not None}
        return known or None

    def _group(self, blanks: tuple[Blank, ...]) -> Any:
        values = [self._value(blank.key) for blank in blanks]
        if len(values) == 1 and blanks[0].key.part is None:
            return values[0]
        if all(value is None for value in values):
            return None
        return [{"low": "0"} if value is None else value for value in values]

    def _value(self, key: FactKey) -> Any:
        """One control as a caller would tell it; None for nothing."""
        name, unit = name_of(key), self._filed.catalogue[key.code].unit
        text = self._raw.get(name, "")
        if not text:
            return _bounds(unit, self._filed.known.get(key, UNKNOWN))
        try:
            return read_typed(unit, text)
        except Invalid as error:
            self.errors[name] = [error.message]
            return None


def _bounds(unit: Unit, knowledge: Knowledge) -> Any:
    """What is on file only within bounds; what is exact was shown in the control, and emptied by whoever left it empty."""
    if isinstance(knowledge, Known):
        return None
    low, high = ends(knowledge)
    stated = {name: machine_value(unit, end) for name, end in (("low", low), ("high", high)) if end is not None}
    return stated or None


# -- values -----------------------------------------------------------------------------------------------------------


def read_typed(unit: Unit, text: str) -> Any:
    """One value as people type it, as a caller would tell it: `500万` in 元, `65` or `65%` of a share. Raises `Invalid`."""
    if len(text) > LONGEST:
        raise Invalid("facts.long", _("内容过长，最多 %(n)s 个字符。") % {"n": LONGEST})
    return _READERS[unit](text)


def _amount(text: str) -> str:
    return exact_text(Fraction(parse_written(text), FEN_PER_YUAN))


def _share(text: str) -> str:
    return exact_text(Fraction(_number(text.removesuffix("%").removesuffix("％").strip())) / 100)


def _number(text: str) -> str:
    cleaned = text.replace(",", "").replace("，", "")
    if not _NUMBER.fullmatch(cleaned):
        raise Invalid("facts.number", _("请填写数字。"))
    return cleaned


def _decimal(text: str) -> str:
    return exact_text(Fraction(_number(text)))


def _whole(text: str) -> int:
    cleaned = _number(text)
    if "." in cleaned or len(cleaned) > 9:
        raise Invalid("facts.whole", _("请填写整数。"))
    return int(cleaned)


def _yes_no(text: str) -> bool:
    if text not in {"yes", "no"}:
        raise Invalid("facts.yes_no", _("请选择是或否。"))
    return text == "yes"


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise Invalid("facts.day", _("日期不存在或格式不正确，请按 2021-06-30 填写。")) from None


_READERS: dict[Unit, Callable[[str], Any]] = {
    Unit.YUAN: _amount,
    Unit.PEOPLE: _decimal,
    Unit.SQUARE_METRES: _decimal,
    Unit.SHARE: _share,
    Unit.ITEMS: _whole,
    Unit.GRADE: _whole,
    Unit.DAYS: _whole,
    Unit.MONTHS: _whole,
    Unit.YEARS: _whole,
    Unit.NUMBER: _whole,
    Unit.DATE: _day,
    Unit.YES_NO: _yes_no,
    Unit.CODE: str,
}
