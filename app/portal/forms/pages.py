"""The pages of a case's form: its sections, one of them, and all answers to be checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.datastructures import FormData

from app.doors.casework.answers import FORM_PREFIX, answers_in
from app.doors.casework.questions import begun_texts, field_labels
from app.doors.forms.bound import Bound, empty
from app.doors.forms.merges import Together, began_with
from app.kit.actor import Actor
from app.kit.clock import shanghai
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.portal.forms.sections import FormSection
from app.portal.forms.view import Badge, FormOfCase, PortalAnswerLine, SectionLine, answer_badge, answer_lines, readable
from app.portal.shared.own import CasePart, part_of
from app.programmes.domain.supplied import Question


@dataclass(frozen=True)
class FormPage(CasePart):
    """The list of sections. `earlier` is the case whose answers and documents this one may begin with."""

    form_url: str
    sections: tuple[SectionLine, ...]
    drafts: int
    earlier: str
    may_edit: bool


@dataclass(frozen=True)
class QuestionField:
    """A question of a section: its control, or only its answer where it cannot be changed now."""

    question: Question
    name: str
    open: bool
    shown: str
    badge: Badge | None
    remark: str
    depends: str
    when: str


@dataclass(frozen=True)
class FormSectionPage(CasePart):
    """One section of the form. `draft` names what is typed for this person on this device."""

    section: FormSection
    of: int
    form_url: str
    action: str
    fields: tuple[QuestionField, ...]
    form: Bound[Any]
    labels: dict[str, str]
    together: Together
    draft: str
    saved: str


@dataclass(frozen=True)
class CheckPage(CasePart):
    """Check your answers. `was` is what is shown, so that nothing else is handed in."""

    form_url: str
    groups: tuple[tuple[str, tuple[PortalAnswerLine, ...]], ...]
    drafts: int
    missing: tuple[PortalAnswerLine, ...]
    form: Bound[Any]
    labels: dict[str, str]
    was: str
    may_edit: bool


def saved_at(now: datetime) -> str:
    return _("已保存 %(time)s") % {"time": shanghai(now).strftime("%H:%M")}


def section_at(form: FormOfCase, place: int) -> FormSection:
    found = next((section for section in form.sections if section.place == place), None)
    if found is None:
        raise NotFound("portal.section.unknown", _("填报内容没有这一部分。"))
    return found


def raw_of(form: FormOfCase, section: FormSection) -> dict[str, str]:
    """The fields of a section that may be changed now, as they stand."""
    return begun_texts((question for question in section.questions if question.code in form.open), form.answers)


def bound_of(stored: Mapping[str, Any], form: FormData) -> Bound[Any]:
    given = answers_in(form)
    return empty({name: given.get(name.removeprefix(FORM_PREFIX), "") for name in stored})


def next_url(form: FormOfCase, section: FormSection) -> str:
    later = [other for other in form.sections if other.place > section.place]
    return form.section_url(later[0]) if later else f"{form.url}/check"


def labels_of(form: FormOfCase) -> dict[str, str]:
    return field_labels(asked for section in form.sections for asked in section.questions)


def build_section_page(
    form: FormOfCase,
    section: FormSection,
    actor: Actor,
    stored: Mapping[str, str],
    bound: Bound[Any] | None = None,
    together: Together | None = None,
) -> FormSectionPage:
    if bound is None:
        bound = empty(dict(stored))
        bound.errors = {f"{FORM_PREFIX}{code}": [problem] for code, problem in form.problems(section).items()}
    rows = [form.answers[asked.code] for asked in section.questions if asked.code in form.answers]
    saved = max((row.at for row in rows if row.draft), default=None)
    return FormSectionPage(
        **part_of(form.case, form.programme),
        section=section,
        of=len(form.sections),
        form_url=form.url,
        action=form.section_url(section),
        fields=tuple(field_of(form, question) for question in section.questions),
        form=bound,
        labels=labels_of(form),
        together=together or Together(began_with(stored)),
        draft=f"{actor.id}:{form.case.number}:{section.place}",
        saved=saved_at(saved) if saved else "",
    )


def field_of(form: FormOfCase, question: Question) -> QuestionField:
    code, depends, when = question.code, "", ""
    if question.when is not None:
        asked = next(other for other in form.programme.questions if other.code == question.when.question)
        words = _("或").join(readable(asked, answer) for answer in question.when.answers)
        if code not in form.remarks:
            depends = f"{FORM_PREFIX}{asked.code}={'|'.join(question.when.answers)}"
        when = _("“%(question)s”选“%(answer)s”时填写") % {"question": asked.label, "answer": words}
    return QuestionField(
        question=question,
        name=f"{FORM_PREFIX}{code}",
        open=code in form.open,
        shown=readable(question, form.entered(code)),
        badge=answer_badge(form, code),
        remark=form.remarks.get(code, ""),
        depends=depends,
        when=when,
    )


def build_check_page(form: FormOfCase, bound: Bound[Any]) -> CheckPage:
    groups = tuple((section.title, answer_lines(form, section)) for section in form.sections)
    lines = [line for _title, found in groups for line in found]
    drafts = form.drafts()
    return CheckPage(
        **part_of(form.case, form.programme),
        form_url=form.url,
        groups=groups,
        drafts=len(drafts),
        missing=tuple(line for line in lines if line.required and not line.text),
        form=bound,
        labels=labels_of(form),
        was=began_with({question.code: form.entered(question.code) for question in drafts}),
        may_edit=bool(form.open),
    )
