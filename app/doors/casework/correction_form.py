"""What is asked to be corrected, as a form asks it: a remark beside each material, each question, and a few free lines."""

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.datastructures import FormData

from app.cases.supply.domain import CorrectionKind
from app.cases.supply.schemas import AskCorrections, CorrectionAsked
from app.doors.forms.bound import Bound, bind
from app.programmes.domain.definition import Programme

PREFIX = "c_"
FREE_LINES = 3


@dataclass(frozen=True)
class AskLine:
    """One thing that may be asked for: the name of its field, and what it is."""

    name: str
    label: str


@dataclass(frozen=True)
class AskGroups:
    """Everything that may be asked to be corrected in a case."""

    materials: tuple[AskLine, ...]
    questions: tuple[AskLine, ...]
    free: tuple[str, ...]


def ask_groups(programme: Programme) -> AskGroups:
    """The fields of the form, by what they are about; what the bureau itself supplies is not asked of the firm."""
    return AskGroups(
        materials=tuple(
            AskLine(_name(CorrectionKind.MATERIAL, item.code), str(item.title))
            for item in programme.materials
            if item.supplied_by == "enterprise"
        ),
        questions=tuple(
            AskLine(_name(CorrectionKind.QUESTION, item.code), str(item.label))
            for item in programme.questions
            if item.supplied_by == "enterprise"
        ),
        free=tuple(_name(CorrectionKind.OTHER, str(number)) for number in range(1, FREE_LINES + 1)),
    )


def bind_corrections(form: FormData) -> Bound[AskCorrections]:
    """The form as one input: every remark that was written is an item."""
    bound = bind(AskCorrections, FormData([("due_on", form.get("due_on") or "")]))
    bound.raw |= {name: str(form[name]) for name in form if name.startswith(PREFIX)}
    if bound.model is not None:
        bound.model = bound.model.model_copy(update={"items": list(_items(form))})
    return bound


def _items(form: FormData) -> Iterator[CorrectionAsked]:
    for name in form:
        kind, separator, code = name.removeprefix(PREFIX).partition("-")
        remark = str(form[name]).replace("\x00", "").strip()[:500]
        if name.startswith(PREFIX) and separator and remark and kind in set(CorrectionKind):
            asked = CorrectionKind(kind)
            yield CorrectionAsked(kind=asked, code="" if asked is CorrectionKind.OTHER else code[:40], remark=remark)


def _name(kind: CorrectionKind, code: str) -> str:
    return f"{PREFIX}{kind.value}-{code}"
