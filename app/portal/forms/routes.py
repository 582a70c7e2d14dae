"""填报内容: the form of a case, one section at a time, kept while it is typed, checked, handed in."""

from starlette.responses import JSONResponse, Response

from app.cases.supply.schemas import HandIn, SaveDraft
from app.cases.supply.service.answers import hand_in_answers, save_draft
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.casework.answers import FORM_PREFIX, answers_in, draft_was
from app.doors.casework.own_fields import name_errors
from app.doors.casework.questions import KeptDraft, field_labels, field_names, keep_typed, to_choose
from app.doors.forms.bound import Bound, empty
from app.doors.forms.merges import JointForm, read_was
from app.doors.pages.document_words import FRAGMENT
from app.kit.errors import DomainError
from app.kit.i18n import _, ngettext
from app.portal.actions import SEE_OWN, SUPPLY_OWN
from app.portal.forms.pages import (
    FormPage,
    bound_of,
    build_check_page,
    build_section_page,
    next_url,
    raw_of,
    saved_at,
    section_at,
)
from app.portal.forms.sections import FormSection
from app.portal.forms.view import FormOfCase, earlier_number, load_form, readable, section_lines
from app.portal.shared.own import own_case, part_of

router = GuardedRouter(door="portal", prefix="/portal/cases/{number}")


@router.get("/form", action=SEE_OWN)
def form_page(call: Call, number: str) -> Response:
    """The sections and how far each has come."""
    form = load_form(call.session, own_case(call.session, call.actor, number), call.actor)
    page = FormPage(
        **part_of(form.case, form.programme),
        form_url=form.url,
        sections=section_lines(form),
        drafts=len(form.drafts()),
        earlier=earlier_number(call.session, form),
        may_edit=bool(form.open),
    )
    return call.render("portal/form.html", page)


@router.get("/form/check", action=SEE_OWN)
def check_page(call: Call, number: str) -> Response:
    """All answers on one page, to be looked over before they are handed in."""
    form = load_form(call.session, own_case(call.session, call.actor, number), call.actor)
    return call.render("portal/form_check.html", build_check_page(form, empty()))


@router.post("/form/check", action=SUPPLY_OWN)
def hand_in(call: Call, number: str) -> Response:
    """Let what is shown count; what somebody changed meanwhile is shown first."""
    of_case = load_form(call.session, own_case(call.session, call.actor, number), call.actor)
    bound, values = empty(), {question.code: of_case.entered(question.code) for question in of_case.drafts()}
    if read_was(call.form) != values:
        bound.summary.append(_("内容刚有变动，请再核对一遍后提交。"))
    else:
        bound.model = HandIn(values=values, was=values)

    def again(bound: Bound[HandIn]) -> Response:
        name_errors(bound, prefix=FORM_PREFIX)
        return call.render("portal/form_check.html", build_check_page(of_case, bound))

    return call.submit(
        bound,
        lambda given: hand_in_answers(call.session, **call.by, number=number, command=given),
        done=lambda _done: call.redirect(
            f"/portal/cases/{number}",
            good=ngettext("已提交 %(n)s 项填报内容。", "已提交 %(n)s 项填报内容。", len(values)) % {"n": len(values)},
        ),
        again=again,
    )


@router.get("/form/{place:int}", action=SEE_OWN)
def section_page(call: Call, number: str, place: int) -> Response:
    """One section."""
    form = load_form(call.session, own_case(call.session, call.actor, number), call.actor)
    section = section_at(form, place)
    raw = raw_of(form, section)
    return call.render("portal/form_section.html", build_section_page(form, section, call.actor, raw))


@router.post("/form/{place:int}", action=SUPPLY_OWN)
def save_section(call: Call, number: str, place: int) -> Response:
    """Keep a section as a draft and go on to the next; what is typed is kept the same way, without going on."""
    of_case = load_form(call.session, own_case(call.session, call.actor, number), call.actor)
    section = section_at(of_case, place)
    if call.request.headers.get(FRAGMENT):
        return _kept(call, of_case, section)
    labels, names = field_labels(section.questions), field_names(section.questions)
    joint = JointForm(call.form, raw_of(of_case, section), labels, names)
    bound = joint.decided(bound_of(joint.stored, joint.sent))
    if not bound.errors:
        bound.model = SaveDraft(values=answers_in(joint.sent), was=draft_was(joint.sent), confirms=True)

    def again(bound: Bound[SaveDraft]) -> Response:
        together = to_choose(section.questions, joint, bound, readable)
        page = build_section_page(of_case, section, call.actor, joint.stored, bound, together)
        return call.render("portal/form_section.html", page)

    return call.submit(
        bound,
        lambda given: save_draft(call.session, **call.by, number=number, command=given),
        done=lambda _done: _gone_on(call, load_form(call.session, of_case.case, call.actor), section),
        again=again,
        heed=joint.heed,
    )


def _gone_on(call: Call, form: FormOfCase, section: FormSection) -> Response:
    """On to the next section, unless what was entered has something wrong with it: the section says what, beside the field."""
    if form.problems(section):
        return call.redirect(form.section_url(section), info=_("已保存；标出的项目需要更正。"))
    missing = form.missing(section)
    reported = {"n": len(missing), "fields": _("、").join(str(question.label) for question in missing)}
    info = _("已保存；上一部分还有 %(n)s 项没填：%(fields)s。提交前请补齐。") % reported if missing else None
    return call.redirect(next_url(form, section), info=info)


def _kept(call: Call, of_case: FormOfCase, section: FormSection) -> Response:
    """What is typed, kept; the answer says when, what the form goes on from, and which fields others changed."""
    labels = {question.code: str(question.label) for question in section.questions}

    def done(kept: KeptDraft) -> Response:
        reported = _("、").join(labels[code] for code in kept.clashing)
        told = _("他人刚改动了：%(fields)s。点“保存并继续”时请选择保留哪一个。") % {"fields": reported}
        return JSONResponse({"saved": saved_at(call.now), "was": kept.was, "note": told if reported else ""})

    return call.attempt(
        lambda: keep_typed(call, of_case.case.number),
        done=done,
        refused=lambda refusal: JSONResponse({"refused": refusal.message}, status_code=409),
        only=DomainError,
    )
