"""The controls of a list's filters: what asks for each, and in which words it is told as a chip."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from app.doors.lists.query import ListQuery
from app.kit.i18n import N_, _
from app.kit.lists.filters import narrows
from app.kit.lists.viewer import Viewer

Choices = tuple[tuple[str, str], ...]
Choose = Callable[[Viewer, ListQuery], Choices]
#: The words of a condition, from its text in the address; "" shows none.
Words = Callable[[str, Viewer, ListQuery], str]

_EVERYTHING = N_("全部")


@dataclass(frozen=True)
class Control:
    """What asks for one filter. `more`: among the further conditions; `drops`: what falls with it when its chip is taken away.

    `initial`: what it shows when the address says nothing, such as the days that are meant then.
    """

    name: str
    kind: str
    label: str = ""
    choices: Choose | None = None
    words: Words | None = None
    blank: str | None = _EVERYTHING
    url: str = ""
    placeholder: str = ""
    maxlength: int | None = None
    wide: bool = False
    auto: bool = False
    more: bool = False
    chip: bool = True
    drops: tuple[str, ...] = ()
    initial: Callable[[Viewer, ListQuery], str] | None = None


@dataclass(frozen=True)
class FilterInput:
    """A control as a page shows it."""

    control: Control
    kind: str
    label: str
    value: str
    options: Choices
    blank: str | None
    placeholder: str
    text: str


def search(name: str, label: str, placeholder: str = "", *, maxlength: int = 100, **more: Any) -> Control:
    """Words to look for; the chip quotes them unless it has words of its own."""
    return Control(name, "search", label, placeholder=placeholder, maxlength=maxlength, **({"words": _quoted} | more))


def text(name: str, label: str, *, maxlength: int, **more: Any) -> Control:
    """A few characters that are no words to look for, such as a year."""
    return Control(name, "text", label, maxlength=maxlength, **more)


def select(name: str, label: str, choices: Choose | Mapping[Any, str] = MappingProxyType({}), **more: Any) -> Control:
    """One of some choices; a mapping gives codes with their words. Without choices it is a picker at `url`, or left out."""
    return Control(name, "select", label, choices=choices if callable(choices) else of_words(choices), **more)


def picker(name: str, label: str, url: str, words: Words, placeholder: str = "", **more: Any) -> Control:
    """One of too many choices to list: `url` suggests some, `words` tells the chosen one."""
    return Control(name, "picker", label, url=url, words=words, placeholder=placeholder, **more)


def tick(name: str, label: str, chip: str = "", **more: Any) -> Control:
    """A box to tick; the chip says what the box says unless it has words of its own."""
    return Control(name, "tick", label, words=lambda _text, _viewer, _query: _(chip or label), **more)


def day(name: str, label: str, chip: str, **more: Any) -> Control:
    """A day; `chip` tells it, with %(day)s."""
    return Control(name, "day", label, words=lambda text, _viewer, _query: _(chip) % {"day": text}, **more)


def hidden(name: str, words: Words | None = None, **more: Any) -> Control:
    """What only links say; the form sends it along."""
    return Control(name, "hidden", words=words or (lambda text, _viewer, _query: text), **more)


def of_words(words: Mapping[Any, str]) -> Choose:
    """Codes with their words, as choices."""
    return lambda _viewer, _query: tuple((str(code), _(text)) for code, text in words.items())


def _quoted(text: str, _viewer: Viewer, _query: ListQuery) -> str:
    return _("“%(text)s”") % {"text": text.strip()}


def field_of(control: Control, viewer: Viewer, query: ListQuery, offered: Choices | None = None) -> FilterInput:
    """The control as it stands now; `offered` are choices that only the page knows."""
    value = query[control.name] or (control.initial(viewer, query) if control.initial else "")
    options = offered if offered is not None else control.choices(viewer, query) if control.choices else ()
    kind = control.kind
    if kind == "select" and not options:
        kind = "picker" if control.url else "hidden"
    return FilterInput(
        control=control,
        kind=kind,
        label=_(control.label) if control.label else "",
        value=value,
        options=options,
        blank=_(control.blank) if control.blank else None,
        placeholder=_(control.placeholder) if control.placeholder else "",
        text=control.words(value, viewer, query) if kind == "picker" and control.words and value else "",
    )


def chips_of(fields: tuple[FilterInput, ...], viewer: Viewer, query: ListQuery, wanted: object, base: str) -> Choices:
    """The conditions that narrow the list in words, each with the address that takes it away."""
    found = []
    for field in fields:
        control = field.control
        if control.chip and (text := condition_of(field, viewer, query, wanted)):
            found.append((text, query.address(base, **dict.fromkeys((control.name, *control.drops), ""))))
    return tuple(found)


def condition_of(field: FilterInput, viewer: Viewer, query: ListQuery, wanted: object) -> str:
    """The condition in words; "" where it does not narrow the list."""
    return _reported(field, viewer, query) if field.value and narrows(wanted, field.control.name) else ""


def _reported(field: FilterInput, viewer: Viewer, query: ListQuery) -> str:
    if field.control.words is not None:
        return field.control.words(field.value, viewer, query)
    return dict(field.options).get(field.value, field.value)
