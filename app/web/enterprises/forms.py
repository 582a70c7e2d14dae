"""Registering a firm, changing it, its code and its tags, taking it out of use."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, bind, empty
from app.doors.forms.fields import AskedGroup, Choices, answers, asked_groups, texts_of
from app.doors.forms.merges import JointForm, Together, began_with, was_as
from app.enterprises import actions, queries
from app.enterprises.domain.places import RegionIndex
from app.enterprises.domain.uscc import normalise
from app.enterprises.fields import ENTERPRISE
from app.enterprises.models import Enterprise
from app.enterprises.schemas import EnterpriseEdit, EnterpriseFields, NewEnterprise, ReasonInput
from app.enterprises.service import editing, registering, retiring
from app.kit.actor import Actor
from app.kit.fields import Field, FieldKind
from app.kit.i18n import _
from app.reference.queries import find_industry, list_region_names, list_regions
from app.web.enterprises.code import mismatch_of
from app.web.enterprises.head import editable_firm, open_firm
from app.web.shared.enterprise_words import EnterpriseWords, region_choices, words

router = GuardedRouter(door="web", prefix="/enterprises")


@dataclass(frozen=True)
class FirmFormPage:
    """The form of a firm; `enterprise` is None for a new one."""

    enterprise: Enterprise | None
    form: Bound[Any]
    groups: tuple[AskedGroup, ...]
    labels: Mapping[str, str]
    version: int
    together: Together | None
    holder: str


# -- a new firm --------------------------------------------------------------------------------------------------------------


@router.get("/new", action=actions.CREATE)
def new_enterprise_page(call: Call, uscc: str = "") -> Response:
    return _form_page(call, None, empty({"uscc": uscc[:60], "capital_currency": "CNY"}))


@router.post("/new", action=actions.CREATE)
def add_enterprise(call: Call) -> Response:
    def again(bound: Bound[NewEnterprise]) -> Response:
        _suggest_region(call.session, call.actor, bound)
        return _form_page(call, None, bound)

    return call.submit(
        NewEnterprise,
        lambda given: registering.register(call.session, **call.by, given=given),
        done=lambda made: call.redirect(
            f"/enterprises/{made.uscc}", good=_("已登记“%(name)s”。") % {"name": made.name}
        ),
        again=again,
    )


def _suggest_region(session: Session, actor: Actor, bound: Bound[Any]) -> None:
    """Fill an open region from the address, for the officer to check."""
    address = str(bound.raw.get("address", ""))
    if bound.raw.get("region_code") or not address:
        return
    index = RegionIndex(list_regions(session))
    found = index.find(address, within=actor.region_prefix[:6])
    if found.startswith(actor.region_prefix) and found:
        bound.raw["region_code"] = found
        place = list_region_names(session, [found])[found]
        bound.errors["region_code"] = [_("已按地址填入“%(place)s”，请核对后提交。") % {"place": place}]


# -- changing it ---------------------------------------------------------------------------------------------------------------


@router.get("/{uscc}/edit", action=actions.EDIT)
def edit_enterprise_page(call: Call, uscc: str) -> Response:
    firm = editable_firm(call.session, call.actor, uscc)
    raw = _raw(firm)
    return _form_page(call, firm, empty(raw), together=Together(began_with(raw)))


@router.post("/{uscc}/edit", action=actions.EDIT)
def save_enterprise(call: Call, uscc: str) -> Response:
    firm = editable_firm(call.session, call.actor, uscc, lock=True)
    joint = JointForm(call.form, _raw(firm), _labels(), {field.name: field.form_name for field in ENTERPRISE})
    bound, was = joint.decided(bind(EnterpriseEdit, joint.sent)), was_as(EnterpriseFields, joint.sent)

    def again(bound: Bound[EnterpriseEdit]) -> Response:
        known = words(call.session)
        together = joint.shown_again(bound, lambda name, text: _readable(call.session, known, name, text))
        return _form_page(call, firm, bound, together=together)

    return call.submit(
        bound,
        lambda given: editing.edit(call.session, **call.by, enterprise=firm, given=given, was=was),
        done=lambda changed: _saved(call, firm, changed),
        again=again,
        heed=joint.heed,
    )


def _saved(call: Call, firm: Enterprise, changed: bool) -> Response:
    url = f"/enterprises/{firm.uscc}"
    return call.redirect(url, good=_("已保存。")) if changed else call.redirect(url, info=_("没有改动。"))


def _raw(firm: Enterprise) -> dict[str, Any]:
    """The firm as texts of the form."""
    values = {field.name: getattr(firm, field.name) for field in ENTERPRISE if field.by_hand}
    return texts_of(ENTERPRISE, values, in_wan=True)


def _labels() -> dict[str, str]:
    """The words of the form's fields."""
    return {field.form_name: _(field.label) for field in ENTERPRISE if field.label}


def _readable(session: Session, known: EnterpriseWords, name: str, value: Any) -> str:
    """A form's text as people read it: codes by their names."""
    text, fields = str(value or ""), {field.form_name: field for field in ENTERPRISE}
    field = fields[name]
    if field.vocabulary == "region":
        return list_region_names(session, [text]).get(text, text)
    if field.vocabulary == "field":
        return known.field_label(text)
    if field.kind is FieldKind.FLAG:
        return dict(answers(field)).get(text, "")
    return known.label(field.vocabulary, text)


def _form_page(call: Call, firm: Enterprise | None, form: Bound[Any], *, together: Together | None = None) -> Response:
    page = FirmFormPage(
        enterprise=firm,
        form=form,
        groups=_groups(call.session, call.actor, firm, form),
        labels=_labels(),
        version=firm.version if firm else 0,
        together=together,
        holder=_holder(call.session, call.actor, form) if firm is None else "",
    )
    return call.render("web/enterprises/form.html", page)


def _groups(session: Session, actor: Actor, firm: Enterprise | None, form: Bound[Any]) -> tuple[AskedGroup, ...]:
    """What the form asks: a region is chosen where the officer's county has a list of them, and must be then."""
    known, regions = words(session), region_choices(session, actor)
    region, industry = str(form.raw.get("region_code", "")), str(form.raw.get("industry_code", ""))
    row = find_industry(session, industry)
    pickers = {"industry_code": ("/enterprises/suggest/industries", f"{row.code} {row.name}" if row else industry)}
    if not regions:
        region_text = list_region_names(session, [region]).get(region, "")
        pickers["region_code"] = ("/enterprises/suggest/regions", region_text)
    once = ENTERPRISE.names(lambda field: bool(field.ask and field.ask.once))
    unasked = once if firm else () if mismatch_of(form) else ("uscc_note",)

    def choices(field: Field) -> Choices:
        if field.kind is FieldKind.FLAG:
            return answers(field)
        return regions if field.vocabulary == "region" else known.choices_of(field.vocabulary)

    must = ("region_code",) if regions else ()
    return asked_groups(ENTERPRISE, choices, pickers, without=unasked, required=must)


def _holder(session: Session, actor: Actor, form: Bound[Any]) -> str:
    """The address of the firm that has the typed code, for those who may see it."""
    typed = normalise(str(form.raw.get("uscc", "")))
    found = queries.find_by_uscc_visible_to(session, actor, typed) if form.errors.get("uscc") and typed else None
    return f"/enterprises/{found.uscc}" if found else ""


# -- out of use and back -----------------------------------------------------------------------------------------------------------


@router.post("/{uscc}/retire", action=actions.RETIRE)
def retire_enterprise(call: Call, uscc: str) -> Response:
    firm = open_firm(call.session, call.actor, uscc)
    url, bound = f"/enterprises/{firm.uscc}", bind(ReasonInput, call.form)
    if bound.model is None:
        return call.redirect(url, bad=_("请写明停用原因。"))
    reason = bound.model
    return call.act(
        lambda: retiring.retire(call.session, **call.by, enterprise=firm, given=reason),
        url,
        good=_("已停用。历史记录全部保留，可以恢复。"),
    )


@router.post("/{uscc}/restore", action=actions.RETIRE)
def restore_enterprise(call: Call, uscc: str) -> Response:
    firm = open_firm(call.session, call.actor, uscc)
    url = f"/enterprises/{firm.uscc}"
    return call.act(lambda: retiring.restore(call.session, **call.by, enterprise=firm), url, good=_("已恢复。"))
