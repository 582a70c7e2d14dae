"""The fields that a programme gives a step or a duty, beside those that every form of its kind has."""

from collections.abc import Collection, Mapping
from typing import Any

from app.doors.forms.bound import Bound

FIELD = "v_"
"""In front of such a field's code in the names of the form's fields."""


def own_values(texts: Mapping[str, Any], names: Collection[str] | None = None) -> dict[str, str]:
    """The texts of the fields by their codes; those of `names` even where nothing came in for them."""
    found = texts if names is None else names
    return {name.removeprefix(FIELD): str(texts.get(name, "")) for name in found if name.startswith(FIELD)}


def name_errors(bound: Bound[Any], own: Collection[str] = (), prefix: str = FIELD) -> None:
    """Put the messages that name a field by its code under the name that the form has for it; `own` are the form's other fields."""
    bound.errors = {
        name if name in own or name.startswith(prefix) else f"{prefix}{name}": messages
        for name, messages in bound.errors.items()
    }
