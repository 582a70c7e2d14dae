"""填报内容: the form of a case, one section at a time, kept while it is typed, checked, handed in."""

from collections.abc import Mapping

from starlette.datastructures import FormData
from starlette.responses import JSONResponse, Response

from app.cases.supply.schemas import HandIn, SaveDraft
from app.cases.supply.service.answers import hand_in_answers, save_draft
from app.doors.answers import FORM_PREFIX, answers_in, draft_was, goes_on_from, kept_draft
from app.doors.call import Call
from app.doors.document_words import FRAGMENT
from app.doors.forms import empty
from app.doors.merging import began_with, brought_up, choose_first, read_was, undecided, with_choices
from app.doors.router import GuardedRouter
from app.kit.errors import DomainError
from app.kit.i18n import _, ngettext
from app.kit.merging import Clashing
from app.portal.actions import SEE_OWN, SUPPLY_OWN
from app.portal.forms.pages import (
    FormPage,
    bound_of,
    build_check_page,
    build_section_page,
    clash_of,
    next_url,
    raw_of,
    saved_at,
    section_at,
)
from app.portal.forms.sections import FormSection
from app.portal.forms.view import FormOfCase, earlier_number, load_form, section_lines
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
        try:
            with call.session.begin_nested():
                command = HandIn(values=values, was=values)
                hand_in_answers(call.session, **call.by, number=number, command=command)
            done = ngettext("已提交 %(n)s 项填报内容。", "已提交 %(n)s 项填报内容。", len(values))
            return call.redirect(f"/portal/cases/{number}", good=done % {"n": len(values)})
        except DomainError as error:
            bound.add(error)
            bound.errors = {f"{FORM_PREFIX}{code}": messages for code, messages in bound.errors.items()}
    return call.render("portal/form_check.html", build_check_page(of_case, bound), status=422)


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
    standing = raw_of(of_case, section)
    sent = with_choices(call.form, standing)
    bound, clashing = bound_of(of_case, section, sent), undecided(sent)
    bound.errors.update(choose_first(clashing))
    if not bound.errors:
        command = SaveDraft(values=answers_in(sent), was=draft_was(sent), confirms=True)
        try:
            with call.session.begin_nested():
                save_draft(call.session, **call.by, number=number, command=command)
            return _gone_on(call, load_form(call.session, of_case.case, call.actor), section)
        except Clashing as clash:
            bound.add(clash)
            clashing = _clashing(clash, sent)
        except DomainError as error:
            bound.add(error)
    together = clash_of(section, clashing, bound.raw, standing)
    bound.raw = brought_up(sent, bound.raw, standing)
    page = build_section_page(of_case, section, call.actor, standing, bound, together)
    return call.render("portal/form_section.html", page, status=422)


def _gone_on(call: Call, form: FormOfCase, section: FormSection) -> Response:
    """On to the next section, unless what was entered has something wrong with it: the section says what, beside the field."""
    if form.problems(section):
        return call.redirect(form.section_url(section), info=_("已保存；标出的项目需要更正。"))
    missing = form.missing(section)
    told = {"n": len(missing), "fields": _("、").join(str(question.label) for question in missing)}
    info = _("已保存；上一部分还有 %(n)s 项没填：%(fields)s。提交前请补齐。") % told if missing else None
    return call.redirect(next_url(form, section), info=info)


def _clashing(clash: Clashing, form: FormData) -> dict[str, str]:
    """The fields that both changed, with the text that each began with."""
    was, names = read_was(form), [f"{FORM_PREFIX}{found.name}" for found in clash.clashes]
    return {name: str(was.get(name, "")) for name in names}


def _kept(call: Call, of_case: FormOfCase, section: FormSection) -> Response:
    """What is typed, kept; the answer says when, what the form goes on from, and which fields others changed."""
    values, was = answers_in(call.form), draft_was(call.form)

    def save(given: Mapping[str, str]) -> None:
        with call.session.begin_nested():
            command = SaveDraft(values=dict(given), was=was)
            save_draft(call.session, **call.by, number=of_case.case.number, command=command)

    try:
        clashing = kept_draft(values, save)
    except DomainError as refusal:
        return JSONResponse({"refused": refusal.message}, status_code=409)
    after = load_form(call.session, of_case.case, call.actor)
    standing = {code: after.entered(code) for code in values}
    labels = {question.code: str(question.label) for question in section.questions}
    told = _("、").join(labels[code] for code in values if code in clashing)
    return JSONResponse(
        {
            "saved": saved_at(call.now),
            "was": began_with(goes_on_from(values, was, standing, clashing)),
            "note": _("他人刚改动了：%(fields)s。点“保存并继续”时请选择保留哪一个。") % {"fields": told}
            if told
            else "",
        }
    )
