"""The form of a case as the firm fills it in: its sections, what is entered, what counts already, what may be changed now."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.cases.models import CaseFile
from app.cases.queries import programme_of
from app.cases.supply.domain import CorrectionKind, may_supply
from app.cases.supply.models import CaseAnswer
from app.cases.supply.queries import find_earlier, list_answers, list_open_corrections
from app.doors.casework.answers import FORM_PREFIX
from app.kit.actor import Actor
from app.kit.errors import Invalid
from app.kit.i18n import _, ngettext
from app.kit.permissions import can
from app.portal.actions import SUPPLY_OWN
from app.portal.forms.sections import FormSection, sections_of
from app.programmes.domain.answers import problems_of, show_answer
from app.programmes.domain.definition import Programme
from app.programmes.domain.supplied import Question

Badge = tuple[str, str]


@dataclass(frozen=True)
class FormOfCase:
    """The form with what lies in it. `open` are the questions that may be answered now, `remarks` what is to be corrected."""

    case: CaseFile
    programme: Programme
    sections: tuple[FormSection, ...]
    answers: Mapping[str, CaseAnswer]
    open: frozenset[str]
    remarks: Mapping[str, str]

    @property
    def url(self) -> str:
        """Its first page in the portal."""
        return f"/portal/cases/{self.case.number}/form"

    def section_url(self, section: FormSection) -> str:
        """The page of a section."""
        return f"{self.url}/{section.place}"

    def entered(self, code: str) -> str:
        """What stands in a field now, draft or not."""
        return self.answers[code].value if code in self.answers else ""

    def asked(self, question: Question) -> bool:
        """Whether the question applies by what is entered now; one that is to be corrected does."""
        return (
            question.code in self.remarks
            or question.when is None
            or self.entered(question.when.question) in question.when.answers
        )

    def missing(self, section: FormSection) -> list[Question]:
        """What the section still lacks."""
        return [
            asked
            for asked in section.questions
            if asked.required and self.asked(asked) and not self.entered(asked.code)
        ]

    def problems(self, section: FormSection) -> dict[str, str]:
        """What is wrong with what is entered and may be changed now, by question."""
        found = problems_of(section.questions, {asked.code: self.entered(asked.code) for asked in section.questions})
        return {code: problem for code, problem in found.items() if code in self.open}

    def drafts(self) -> list[Question]:
        """What was entered and does not count yet, among the questions that may be answered now."""
        found = [question for section in self.sections for question in section.questions]
        return [asked for asked in found if asked.code in self.open and self._to_hand_in(asked.code)]

    def _to_hand_in(self, code: str) -> bool:
        return self.is_draft(code) and bool(self.entered(code) or self.answers[code].counted)

    def is_draft(self, code: str) -> bool:
        """Whether what stands there waits to be handed in."""
        return code in self.answers and self.answers[code].draft

    def renewed(self, code: str) -> bool:
        """Whether it was taken over from the last time and nobody has confirmed it."""
        return code in self.answers and self.answers[code].renewed_from is not None


@dataclass(frozen=True)
class SectionLine:
    """A section in the list of the form."""

    place: int
    title: str
    url: str
    badge: Badge


@dataclass(frozen=True)
class PortalAnswerLine:
    """An answer as it is read; `change_url` is empty where it cannot be changed now."""

    code: str
    label: str
    text: str
    badge: Badge | None
    required: bool
    change_url: str


def load_form(session: Session, case: CaseFile, actor: Actor) -> FormOfCase:
    """The form of `case` for `actor`: three queries besides the programme."""
    programme = programme_of(session, case)
    answers, corrections = list_answers(session, case.id), list_open_corrections(session, case.id)
    remarks = {item.code: item.remark for item in corrections if item.kind == CorrectionKind.QUESTION}
    sections = sections_of(programme)
    asked = [question for section in sections for question in section.questions]
    editor = can(actor, SUPPLY_OWN)
    return FormOfCase(
        case=case,
        programme=programme,
        sections=sections,
        answers=answers,
        open=frozenset(
            question.code
            for question in asked
            if editor
            and may_supply(
                programme,
                case,
                question,
                actor,
                asked=question.code in remarks or question.code not in answers or not answers[question.code].counted,
            )
        ),
        remarks=remarks,
    )


def section_lines(form: FormOfCase) -> tuple[SectionLine, ...]:
    """The sections with how far each has come."""
    return tuple(
        SectionLine(section.place, section.title, form.section_url(section), section_badge(form, section))
        for section in form.sections
    )


def section_badge(form: FormOfCase, section: FormSection) -> Badge:
    """How far a section has come: what it lacks, what waits to be confirmed or handed in."""
    codes = [question.code for question in section.questions]
    missing = len(form.missing(section))
    if any(code in form.remarks for code in codes):
        return "late", _("需补正")
    if any(form.renewed(code) for code in codes):
        return "wait", _("去年填报，请确认")
    if missing == len(codes) or not any(form.entered(code) for code in codes):
        return "idle", _("未填")
    if missing:
        return "wait", ngettext("还差 %(n)s 项", "还差 %(n)s 项", missing) % {"n": missing}
    if any(form.is_draft(code) for code in codes):
        return "info", _("已填，未提交")
    return "good", _("已提交")


def answer_lines(form: FormOfCase, section: FormSection) -> tuple[PortalAnswerLine, ...]:
    """The answers of a section that apply, to be looked over."""
    return tuple(_answer_line(form, section, question) for question in section.questions if form.asked(question))


def _answer_line(form: FormOfCase, section: FormSection, question: Question) -> PortalAnswerLine:
    code = question.code
    change = f"{form.section_url(section)}#f-{FORM_PREFIX}{code}" if code in form.open else ""
    return PortalAnswerLine(
        code=code,
        label=str(question.label),
        text=readable(question, form.entered(code)),
        badge=answer_badge(form, code),
        required=question.required,
        change_url=change,
    )


def answer_badge(form: FormOfCase, code: str) -> Badge | None:
    """What is to be said of an answer: to be corrected, to be confirmed, not handed in."""
    if code in form.remarks:
        return "late", _("需补正")
    if form.renewed(code):
        return "wait", _("去年填报，请确认")
    if form.is_draft(code) and form.entered(code):
        return "info", _("未提交")
    return None


def readable(question: Question, value: str) -> str:
    """An answer as people read it; a draft that cannot be read by its kind as it was entered."""
    try:
        return show_answer(question, value)
    except (Invalid, ArithmeticError, ValueError):
        return value


def earlier_number(session: Session, form: FormOfCase) -> str:
    """The case with whose answers and documents this one may begin; "" once something is entered, or without one."""
    if not form.open or any(row.value for row in form.answers.values()):
        return ""
    earlier = find_earlier(session, form.case)
    return earlier.number if earlier else ""
