"""The form of a case's questions, as both doors read it: answers, what they began with, drafts kept as they are entered."""

from collections.abc import Mapping

from starlette.datastructures import FormData

from app.doors.forms.merges import read_was

FORM_PREFIX = "q_"
"""In front of a question's code in the names of the form's fields."""


def answers_in(form: FormData) -> dict[str, str]:
    """The answers of the form by question, as they were entered."""
    return {
        name.removeprefix(FORM_PREFIX): str(form[name]).replace("\x00", "").strip()
        for name in form
        if name.startswith(FORM_PREFIX) and isinstance(form[name], str)
    }


def draft_was(form: FormData) -> dict[str, str]:
    """The answers that the form began with, by question."""
    was = read_was(form)
    return {name.removeprefix(FORM_PREFIX): str(text) for name, text in was.items() if name.startswith(FORM_PREFIX)}


def goes_on_from(
    values: Mapping[str, str], was: Mapping[str, str], stored: Mapping[str, str], clashing: frozenset[str]
) -> dict[str, str]:
    """What the form counts as begun with after its draft was kept.

    A field that stands as it was entered begins anew; one that somebody else changed still began with the old text, so
    that a later draft does not take the other's change back.
    """
    return {
        f"{FORM_PREFIX}{code}": text if code not in clashing and stored.get(code) == text else was.get(code, "")
        for code, text in values.items()
    }
