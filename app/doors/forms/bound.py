"""From a submitted form to one validated Pydantic input, or to messages beside the fields."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, get_origin

from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile

from app.kit.errors import DomainError, Invalid
from app.kit.i18n import N_, _

Model = TypeVar("Model", bound=BaseModel)

_SKIPPED = frozenset({"csrf_token", "once_token"})
#: Control characters but for the end of a line and the tab, and halves of characters: Unicode's Cc and Cs.
_UNWANTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass
class Bound(Generic[Model]):
    """A form as it came in: the model when valid, the raw texts for showing it again, messages per field."""

    model: Model | None
    raw: dict[str, Any]
    errors: dict[str, list[str]] = field(default_factory=dict)
    summary: list[str] = field(default_factory=list)

    @property
    def valid(self) -> bool:
        """Whether there is a model and nothing speaks against it."""
        return self.model is not None and not self.errors and not self.summary

    def add(self, error: DomainError) -> None:
        """Show a refusal of the service beside its fields, or on top when it names none."""
        for name, message in error.fields.items():
            self.errors.setdefault(name, []).append(message)
        if not error.fields:
            self.summary.append(error.message)

    def find_faults(
        self,
        error: ValidationError,
        field_at: Callable[[tuple[int | str, ...]], str] = lambda place: str(place[0]) if place else "",
    ) -> None:
        """Show what could not be read beside the fields; `field_at` names the field of a place in the model, "" for the top."""
        for item in error.errors():
            name = field_at(item["loc"])
            (self.errors.setdefault(name, []) if name else self.summary).append(message_of(item))


def empty(raw: Mapping[str, Any] | None = None) -> Bound[Any]:
    """A form shown for the first time, with the values of `raw`."""
    return Bound(None, dict(raw or {}))


def bind(model: type[Model], form: FormData) -> Bound[Model]:
    """Read `form` as `model`. An empty text is "not given"; list fields take every value of their name."""
    raw: dict[str, Any] = {}
    for name in form:
        if name in _SKIPPED:
            continue
        values = [_clean(value) for value in form.getlist(name) if not isinstance(value, UploadFile)]
        raw[name] = values if _is_list(model, name) else (values[-1] if values else "")
    given = {name: value for name, value in raw.items() if value not in ("", [])}
    bound: Bound[Model] = Bound(None, raw)
    try:
        bound.model = model.model_validate(given)
    except ValidationError as error:
        bound.find_faults(error)
    return bound


def at_field(name: str) -> Callable[[DomainError], DomainError]:
    """A refusal beside the field `name`, unless it names fields itself: what is wrong with the file that a form is about."""
    return lambda refusal: (
        refusal if refusal.fields else Invalid(refusal.code, refusal.message, {name: refusal.message})
    )


def _is_list(model: type[BaseModel], name: str) -> bool:
    info = model.model_fields.get(name)
    return info is not None and get_origin(info.annotation) in (list, tuple, set, frozenset)


def _clean(value: Any) -> str:
    """Text without control characters (they break databases and files) and without blanks around it."""
    return _UNWANTED.sub("", str(value)).strip()


_MESSAGES = {
    "missing": N_("请填写此项。"),
    "string_too_short": N_("至少 %(min_length)s 个字符。"),
    "string_too_long": N_("最多 %(max_length)s 个字符。"),
    "string_pattern_mismatch": N_("格式不正确。"),
    "int_parsing": N_("请填写整数。"),
    "int_from_float": N_("请填写整数。"),
    "int_parsing_size": N_("数字过大。"),
    "decimal_parsing": N_("请填写数字。"),
    "decimal_max_places": N_("最多 %(decimal_places)s 位小数。"),
    "decimal_max_digits": N_("数字过大。"),
    "decimal_whole_digits": N_("数字过大。"),
    "greater_than": N_("须大于 %(gt)s。"),
    "greater_than_equal": N_("不能小于 %(ge)s。"),
    "less_than": N_("须小于 %(lt)s。"),
    "less_than_equal": N_("不能大于 %(le)s。"),
    "date_from_datetime_parsing": N_("日期不存在或格式不正确，请按 2021-06-30 填写。"),
    "date_parsing": N_("日期不存在或格式不正确，请按 2021-06-30 填写。"),
    "date_from_datetime_inexact": N_("日期不存在或格式不正确，请按 2021-06-30 填写。"),
    "enum": N_("请从列表中选择。"),
    "literal_error": N_("请从列表中选择。"),
    "bool_parsing": N_("请选择是或否。"),
    "extra_forbidden": N_("表单中没有这一项。"),
    "too_long": N_("最多 %(max_length)s 项。"),
    "too_short": N_("至少 %(min_length)s 项。"),
}


def message_of(item: Mapping[str, Any]) -> str:
    """One of Pydantic's errors in the reader's language. Own validators raise with a ready message."""
    if item["type"] == "value_error":
        return str(item["ctx"]["error"])
    template = _MESSAGES.get(item["type"], N_("填写有误，请检查。"))
    return _(template) % dict(item.get("ctx", {}))
