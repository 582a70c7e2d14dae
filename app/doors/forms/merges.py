"""Forms that two people may have open at once: what a form began with travels with it, and where both changed the same
field, the second sees what it was, what the other made of it and what was entered here, and chooses."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData

from app.doors.forms.bound import Bound
from app.kit.errors import DomainError
from app.kit.i18n import _
from app.kit.merges import Clashing

Model = TypeVar("Model", bound=BaseModel)

WAS = "was"
_CHOICE = "choose-"
_BEFORE = "clash-"


@dataclass(frozen=True)
class ClashLine:
    """A field that both changed, in words; `before` is the text that it began with."""

    name: str
    label: str
    was: str
    theirs: str
    yours: str
    before: str


@dataclass(frozen=True)
class Together:
    """What a form of something that others edit too carries: the texts it began with, and what is to be chosen."""

    was: str
    clashes: tuple[ClashLine, ...] = ()


def began_with(raw: Mapping[str, Any]) -> str:
    """The texts of a form as the value of its hidden field `was`."""
    return orjson.dumps({name: "" if value is None else value for name, value in raw.items()}, default=str).decode()


def read_was(form: FormData) -> dict[str, Any]:
    """The texts that the form began with; empty for a form that tells none, which then counts as opened long ago."""
    try:
        found = orjson.loads(str(form.get(WAS) or "{}"))
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def was_as(model: type[BaseModel], form: FormData) -> dict[str, Any]:
    """What the form began with, as the values of `model`."""
    given = {name: value for name, value in read_was(form).items() if value not in ("", [], None)}
    try:
        return model.model_validate(given).model_dump() if WAS in form else {}
    except ValidationError:
        return {}


def with_choices(form: FormData, stored: Mapping[str, Any]) -> FormData:
    """The form with what now stands put in where the other's value was chosen."""
    theirs = {name.removeprefix(_CHOICE) for name in form if name.startswith(_CHOICE) and form[name] == "theirs"}
    kept = [(name, value) for name, value in form.multi_items() if name not in theirs]
    put_in = ((name, str(item)) for name in theirs for item in _items(stored.get(name)))
    return FormData([*kept, *put_in])


def brought_up(form: FormData, yours: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """What a form shows again: what was entered here, and elsewhere what now stands, so that it does not undo the other's work."""
    was = read_was(form)
    shown = {name: stored.get(name, text) if text == was.get(name, text) else text for name, text in yours.items()}
    unticked = {name: value for name, value in stored.items() if name not in yours and not was.get(name)}
    return shown | unticked


def _items(value: Any) -> list[Any]:
    """The values that a field sends: each of a list, and a text even when it is empty."""
    return value if isinstance(value, list) else [value or ""]


def undecided(form: FormData) -> dict[str, str]:
    """The clashing fields for which nothing was chosen, with the text that each began with."""
    clashing = {name.removeprefix(_BEFORE): str(form[name]) for name in form if name.startswith(_BEFORE)}
    return {name: text for name, text in clashing.items() if not form.get(f"{_CHOICE}{name}")}


def clash_lines(
    clashing: Mapping[str, Any],
    yours: Mapping[str, Any],
    theirs: Mapping[str, Any],
    labels: Mapping[str, str],
    text_of: Callable[[str, Any], str] = lambda _name, value: str(value or ""),
) -> tuple[ClashLine, ...]:
    """The fields to choose from: `clashing` maps each to the text it began with, the other two are the texts of now."""
    return tuple(
        ClashLine(
            name=name,
            label=labels.get(name, name),
            was=text_of(name, before),
            theirs=text_of(name, theirs.get(name)),
            yours=text_of(name, yours.get(name)),
            before=str(before or ""),
        )
        for name, before in clashing.items()
    )


def choose_first(names: Iterable[str]) -> dict[str, list[str]]:
    """The messages of fields for which nothing was chosen."""
    return {name: [_("他人也改动了此项，请选择保留哪一个。")] for name in names}


class JointForm:
    """A submitted form of something that others edit too, beside the texts that stand there now.

    `labels` are the words of its fields: what has none is no field of it, and nothing to choose. `names` maps what the
    service calls a field to the form's name for it.
    """

    def __init__(
        self,
        form: FormData,
        stored: Mapping[str, Any],
        labels: Mapping[str, str],
        names: Mapping[str, str] | None = None,
    ) -> None:
        self.stored = stored
        self.labels = labels
        self.names = names or {}
        self._merged = False
        self.sent = with_choices(form, stored)
        self.clashing: dict[str, Any] = {name: text for name, text in undecided(self.sent).items() if name in labels}

    def decided(self, bound: Bound[Model]) -> Bound[Model]:
        """`bound`, what was read of `sent`, with a message at every field that is still to be chosen."""
        bound.errors.update(choose_first(self.clashing))
        return bound

    def heed(self, refusal: DomainError) -> DomainError:
        """A refusal of the form; fields that somebody else changed too are kept to be chosen."""
        if isinstance(refusal, Clashing):
            self._merged = True
            was = read_was(self.sent)
            fields = (self.names.get(found.name, found.name) for found in refusal.clashes)
            self.clashing |= {name: was.get(name, "") for name in fields}
        return refusal

    def shown_again(
        self,
        bound: Bound[Any],
        text_of: Callable[[str, Any], str] = lambda _name, value: str(value or ""),
    ) -> Together:
        """What is to be chosen; what others changed elsewhere is brought into `bound`."""
        if not self._merged:
            found = self._changed_by_both(bound.raw)
            bound.errors = choose_first(found) | bound.errors
            self.clashing |= found
        lines = clash_lines(self.clashing, bound.raw, self.stored, self.labels, text_of)
        bound.raw = brought_up(self.sent, bound.raw, self.stored)
        return Together(began_with(self.stored), lines)

    def _changed_by_both(self, yours: Mapping[str, Any]) -> dict[str, Any]:
        """The fields that somebody else changed too, by their texts: of a form that could not be read no service tells them."""
        was, theirs = read_was(self.sent), orjson.loads(began_with(self.stored))
        texts = {name: (was.get(name, ""), theirs.get(name, "")) for name in self.labels if WAS in self.sent}
        return {
            name: before
            for name, (before, now) in texts.items()
            if now != before and yours.get(name, before) not in (before, now)
        }
