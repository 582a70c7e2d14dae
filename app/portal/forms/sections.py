"""The questions of a case's form in sections: one at a time, each short, what belongs together on one page."""

from dataclasses import dataclass

from app.kit.i18n import _
from app.programmes.domain.definition import Programme
from app.programmes.domain.supplied import Question

MOST = 6
"""So many questions stand on one page at most."""


@dataclass(frozen=True)
class FormSection:
    """A page of the form: its place, beginning with 1, and its questions."""

    place: int
    questions: tuple[Question, ...]

    @property
    def title(self) -> str:
        """What it is about: its first question, and how many there are."""
        first, n = str(self.questions[0].label), len(self.questions)
        return first if n == 1 else _("%(first)s等 %(n)s 项") % {"first": first, "n": n}


def sections_of(programme: Programme) -> tuple[FormSection, ...]:
    """What the firm answers, in the order of the file: a new page where step or clause changes, or one is full.

    A question that depends on the answer to another stands with it.
    """
    pages: list[list[Question]] = []
    for question in programme.questions:
        if question.supplied_by != "enterprise":
            continue
        if pages and _belongs(pages[-1], question):
            pages[-1].append(question)
        else:
            pages.append([question])
    return tuple(FormSection(place, tuple(questions)) for place, questions in enumerate(pages, start=1))


def section_of(programme: Programme, code: str) -> int:
    """The place of the section in which the question stands, 1 for an unknown one."""
    found = (section.place for section in sections_of(programme) for asked in section.questions if asked.code == code)
    return next(found, 1)


def _belongs(page: list[Question], question: Question) -> bool:
    if question.when is not None and any(asked.code == question.when.question for asked in page):
        return True
    together = _origin(page[-1]) == _origin(question) and len(page) < MOST
    return together and (question.kind == "long-text") == (page[-1].kind == "long-text")


def _origin(question: Question) -> tuple[str, str]:
    """The step that needs it and the form or clause that asks for it."""
    cited = question.cites[0] if question.cites else None
    clause = f"{cited.source} {cited.clause.zh if cited.clause else ''}" if cited else ""
    return question.needed_for, clause
