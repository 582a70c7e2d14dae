"""The questions of a case as a form: what stands in it, keeping what is typed, and choosing where others answered too."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.cases.queries import get_visible_to
from app.cases.supply.models import CaseAnswer
from app.cases.supply.queries import list_answers
from app.cases.supply.schemas import SaveDraft
from app.cases.supply.service.answers import save_draft
from app.doors.calls.call import Call
from app.doors.casework.answers import FORM_PREFIX, answers_in, draft_was, goes_on_from
from app.doors.forms.bound import Bound
from app.doors.forms.merges import JointForm, Together, began_with
from app.kit.merges import Clashing
from app.programmes.domain.supplied import Question


@dataclass(frozen=True)
class KeptDraft:
    """A draft that was kept: the questions that somebody else changed meanwhile, and what the form goes on from."""

    clashing: tuple[str, ...]
    was: str


def entered(known: Mapping[str, CaseAnswer], code: str) -> str:
    """What stands in a question's field now, draft or not."""
    return known[code].value if code in known else ""


def begun_texts(questions: Iterable[Question], known: Mapping[str, CaseAnswer]) -> dict[str, str]:
    """What stands in the form now."""
    return {f"{FORM_PREFIX}{asked.code}": entered(known, asked.code) for asked in questions}


def field_labels(questions: Iterable[Question]) -> dict[str, str]:
    """The words of the form's fields."""
    return {f"{FORM_PREFIX}{asked.code}": str(asked.label) for asked in questions}


def field_names(questions: Iterable[Question]) -> dict[str, str]:
    """The form's fields by their questions."""
    return {asked.code: f"{FORM_PREFIX}{asked.code}" for asked in questions}


def to_choose(
    questions: Iterable[Question], joint: JointForm, bound: Bound[Any], text_of: Callable[[Question, str], str]
) -> Together:
    """What is to be chosen where others answered the same questions; `text_of` tells an answer in words."""
    named = {f"{FORM_PREFIX}{asked.code}": asked for asked in questions}
    return joint.shown_again(bound, lambda name, value: text_of(named[name], str(value or "")))


def keep_typed(call: Call, number: str) -> KeptDraft:
    """Keep what is being typed; an answer that somebody else changed meanwhile is left out."""
    values, was = answers_in(call.form), draft_was(call.form)

    def save(left_out: frozenset[str]) -> frozenset[str]:
        kept = {code: text for code, text in values.items() if code not in left_out}
        save_draft(call.session, **call.by, number=number, command=SaveDraft(values=kept, was=was))
        return left_out

    clashing = call.attempt(
        lambda: save(frozenset()),
        done=frozenset[str],
        refused=lambda clash: save(frozenset(found.name for found in clash.clashes)),
        only=Clashing,
    )
    known = list_answers(call.session, get_visible_to(call.session, call.actor, number).id)
    stored = {code: entered(known, code) for code in values}
    reported = tuple(code for code in values if code in clashing)
    return KeptDraft(reported, began_with(goes_on_from(values, was, stored, clashing)))
