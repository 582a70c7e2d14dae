"""Forms made from a table of fields: what they ask for, and a record as the texts of its form."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.kit.fields import Field, FieldKind, FieldTable
from app.kit.i18n import _
from app.kit.money import format_wan, format_yuan

Choices = tuple[tuple[str, str], ...]
#: A search-as-you-type choice: the address that answers, and the words of what is chosen now.
Picker = tuple[str, str]

_E4 = 10_000
_MANY_LINES = 1_000
#: The control that asks for each kind; the others are one line of text.
_CONTROLS = {
    FieldKind.LINES: "area",
    FieldKind.WEB: "url",
    FieldKind.PHONE: "tel",
    FieldKind.EMAIL: "email",
    FieldKind.CODE: "select",
    FieldKind.FLAG: "select",
    FieldKind.DAY: "date",
    FieldKind.YEAR: "year",
    FieldKind.MONEY: "money",
    FieldKind.PEOPLE: "people",
    FieldKind.COUNT: "number",
    FieldKind.TICK: "check",
    FieldKind.LINKS: "checks",
}


@dataclass(frozen=True)
class FormField:
    """One field as a template draws it (`ui.asked`)."""

    name: str
    control: str
    label: str
    hint: str = ""
    required: bool = False
    wide: bool = False
    maxlength: int | None = None
    rows: int = 3
    options: Choices = ()
    blank: str = ""
    url: str = ""
    text: str = ""


@dataclass(frozen=True)
class AskedGroup:
    """A titled group of fields."""

    legend: str
    note: str
    columns: int
    fields: tuple[FormField, ...]


def asked_groups(
    table: FieldTable,
    choices: Callable[[Field], Choices],
    pickers: Mapping[str, Picker] | None = None,
    *,
    without: Collection[str] = (),
    required: Collection[str] = (),
) -> tuple[AskedGroup, ...]:
    """The form of a table, group by group; `pickers` names the fields that are searched for, `required` is more than it says."""
    return tuple(
        AskedGroup(
            legend=_(group.legend),
            note=_(group.note),
            columns=group.columns,
            fields=tuple(
                _asked(field, choices, (pickers or {}).get(field.name), must=field.required or field.name in required)
                for field in table
                if field.ask and field.ask.group == group.code and field.name not in without
            ),
        )
        for group in table.groups
    )


def _asked(field: Field, choices: Callable[[Field], Choices], picker: Picker | None, *, must: bool) -> FormField:
    assert field.ask is not None
    control = "picker" if picker else _CONTROLS.get(field.kind, "text")
    url, text = picker or ("", "")
    return FormField(
        name=field.form_name,
        control=control,
        label=_(field.label),
        hint=_(field.ask.hint),
        required=must,
        wide=field.ask.wide,
        maxlength=field.length or None,
        rows=4 if field.length > _MANY_LINES else 3,
        options=choices(field) if control in ("select", "checks") else (),
        blank=_(field.ask.blank),
        url=url,
        text=text,
    )


def answers(field: Field) -> Choices:
    """The choices of a question that is answered by yes or no."""
    yes, no = field.answers
    return (("true", _(yes)), ("false", _(no)))


def text_of(field: Field, value: Any, *, in_wan: bool) -> Any:
    """A value as the text of its form, amounts in 元 or ten thousand of them."""
    if value is None:
        return ""
    if field.kind is FieldKind.MONEY:
        return format_wan(value) if in_wan else format_yuan(value)
    if field.kind is FieldKind.PEOPLE:
        whole, rest = divmod(value, _E4)
        return f"{whole}.{rest:04d}".rstrip("0") if rest else str(whole)
    if field.kind is FieldKind.FLAG:
        return str(value).lower()
    return value.isoformat() if isinstance(value, date) else value


def texts_of(table: FieldTable, values: Mapping[str, Any], *, in_wan: bool) -> dict[str, Any]:
    """The columns of a record as the texts of its form."""
    return {table[name].form_name: text_of(table[name], value, in_wan=in_wan) for name, value in values.items()}
