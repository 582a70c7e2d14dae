"""材料 of a case: what is asked for, what lies there and how it stands, and the pages on which it is supplied and checked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases import queries
from app.cases.domain.state import CaseState
from app.cases.models import CaseFile
from app.cases.supplies import CaseContents
from app.cases.supply import actions
from app.cases.supply.domain import MaterialState, material_of
from app.cases.supply.models import CaseMaterial
from app.cases.supply.queries import list_choosable, list_materials
from app.cases.supply.schemas import ChooseMaterial, ReturnMaterial, UploadMaterial
from app.cases.supply.service.materials import (
    accept_material,
    choose_materials,
    remove_material,
    return_material,
    upload_material,
)
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.casework.materials import (
    Slot,
    is_accepted,
    number_in,
    seen_version,
    serves,
    slots_asked,
    supply_url,
)
from app.doors.forms.bound import Bound, bind, empty
from app.doors.pages.document_words import chosen_files, taken
from app.files.domain.kinds import ACCEPTED
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.i18n import N_, _
from app.kit.permissions import can
from app.programmes.domain.definition import Programme
from app.programmes.domain.supplied import MaterialTemplate
from app.programmes.queries import load_catalogue
from app.web.shared.case_lines import Badge
from app.web.shared.document_lines import DocumentLine, document_lines

router = GuardedRouter(door="web", prefix="/cases")

STATES: dict[str, Badge] = {
    MaterialState.SUPPLIED: ("info", N_("待审核")),
    MaterialState.ACCEPTED: ("good", N_("已通过")),
    MaterialState.RETURNED: ("late", N_("已退回")),
}


@dataclass(frozen=True)
class MaterialLine:
    """A document that serves a material."""

    row: CaseMaterial
    document: DocumentLine
    badge: Badge
    url: str
    may_accept: bool
    may_remove: bool


@dataclass(frozen=True)
class SlotLine:
    """A material of one year (or of none): what lies there and what is missing."""

    id: str
    title: str
    hint: str
    step: str
    by: str
    badge: Badge
    lines: tuple[MaterialLine, ...]
    url: str
    required: bool
    complete: bool


@dataclass(frozen=True)
class MaterialPanel:
    """The panel of the case page; `complete` counts among the `required` slots only."""

    slots: tuple[SlotLine, ...]
    complete: int
    required: int
    may_supply: bool
    may_check: bool


@dataclass(frozen=True)
class MaterialPage:
    """Supplying one material: choose from what lies on file, or upload."""

    case: CaseFile
    programme: Programme
    template: MaterialTemplate
    year: int | None
    title: str
    url: str
    back: str
    on_file: tuple[DocumentLine, ...]
    form: Bound[Any]
    accept: str
    limit: int


@dataclass(frozen=True)
class ReturnPage:
    """Returning one document with a remark."""

    case: CaseFile
    line: MaterialLine
    form: Bound[Any]


# -- the panel ---------------------------------------------------------------------------------------------------------------


def material_panel(
    contents: CaseContents, programme: Programme, actor: Actor, on: date, documents: Sequence[DocumentLine]
) -> MaterialPanel:
    """Every material that the case needs, year by year, and whatever else was supplied; `documents` as they lie there."""
    case, supplies = contents.case, contents.supplies(on)
    may_supply = case.state == CaseState.OPEN and can(actor, actions.SUPPLY, case.enterprise)
    may_check = case.state == CaseState.OPEN and can(actor, actions.CHECK, case.enterprise)
    held = tuple(
        _line(case, row, document, may_supply=may_supply, may_check=may_check)
        for row, document in zip(contents.materials, documents, strict=True)
    )
    asked = slots_asked(programme, case, supplies, {row.material for row in contents.materials})
    slots = tuple(_slot(case, programme, slot, held, on) for slot in asked)
    required = [slot for slot in slots if slot.required]
    return MaterialPanel(slots, sum(slot.complete for slot in required), len(required), may_supply, may_check)


def _line(
    case: CaseFile, row: CaseMaterial, document: DocumentLine, *, may_supply: bool, may_check: bool
) -> MaterialLine:
    tone, text = STATES[row.state]
    if row.document.withdrawn_at is not None:
        tone, text = "late", N_("已撤下，不再算数")
    return MaterialLine(
        row=row,
        document=document,
        badge=(tone, _(text)),
        url=f"/cases/{case.number}/materials/{row.id}",
        may_accept=may_check and row.state != MaterialState.ACCEPTED,
        may_remove=may_supply and row.state != MaterialState.ACCEPTED,
    )


def _slot(case: CaseFile, programme: Programme, slot: Slot, held: Iterable[MaterialLine], on: date) -> SlotLine:
    template, year = slot
    lines = tuple(line for line in held if (line.row.material, line.row.year) == (template.code, year))
    serving = sum(serves(template, line.row, on) for line in lines)
    step = programme.find_action(template.needed_for)
    return SlotLine(
        id=_anchor(template.code, year),
        title=title_of(template, year),
        hint=str(template.hint or ""),
        step=str(step.label) if step else "",
        by=_("市科技局提供") if template.supplied_by == "bureau" else "",
        badge=_slot_badge(template, serving, lines),
        lines=lines,
        url=supply_url(f"/cases/{case.number}", slot),
        required=template.required,
        complete=serving >= template.at_least,
    )


def _slot_badge(template: MaterialTemplate, serving: int, lines: tuple[MaterialLine, ...]) -> Badge:
    if serving >= template.at_least:
        return ("good", _("已审核")) if is_accepted(line.row for line in lines) else ("info", _("已提供"))
    if template.at_least > 1:
        return "wait", _("已有 %(n)s 份，需 %(wanted)s 份") % {"n": serving, "wanted": template.at_least}
    return ("wait", _("待提供")) if template.required else ("idle", _("选填"))


def title_of(template: MaterialTemplate, year: int | None) -> str:
    """A material with its year, where it is per year."""
    return _("%(title)s（%(year)s 年）") % {"title": template.title, "year": year} if year else str(template.title)


# -- supplying -----------------------------------------------------------------------------------------------------------------


@router.get("/{number}/materials/{code}", action=actions.SUPPLY)
def supply_page(call: Call, number: str, code: str, year: int | None = None) -> Response:
    case = queries.get_visible_to(call.session, call.actor, number)
    page = _supply_page(call, case, code, year, empty())
    return call.render("web/cases/material.html", page)


@router.post("/{number}/materials/{code}/choose", action=actions.SUPPLY)
def choose(call: Call, number: str, code: str) -> Response:
    case, bound = queries.get_visible_to(call.session, call.actor, number), bind(ChooseMaterial, call.form)
    if "documents" in bound.errors:
        bound.errors["documents"] = [_("请至少选择一份。")]
    return call.submit(
        bound,
        lambda given: choose_materials(call.session, **call.by, number=number, command=given),
        done=lambda done: _back(call, number, code, done[0].year, _("已选用 %(n)s 份。") % {"n": len(done)}),
        again=lambda bound: call.render(
            "web/cases/material.html",
            _supply_page(call, case, code, number_in(bound, "year", digits=4), bound),
        ),
    )


@router.post("/{number}/materials/{code}/upload", action=actions.SUPPLY)
def upload(call: Call, number: str, code: str) -> Response:
    case, bound = queries.get_visible_to(call.session, call.actor, number), bind(UploadMaterial, call.form)
    files = chosen_files(call.form, bound, "file")
    return call.submit(
        bound,
        lambda given: upload_material(
            call.session, call.vault, **call.by, number=number, upload=taken(files[0]), command=given
        ),
        done=lambda row: _back(call, number, code, row.year, _("已上传并选用，材料已存入该企业的证据库。")),
        again=lambda bound: call.render(
            "web/cases/material.html",
            _supply_page(call, case, code, number_in(bound, "year", digits=4), bound),
        ),
    )


@router.post("/{number}/materials/{material_id:int}/remove", action=actions.SUPPLY)
def remove(call: Call, number: str, material_id: int) -> Response:
    row = _row(call.session, call.actor, number, material_id)
    command = seen_version(call.form)
    remove_material(call.session, **call.by, number=number, material_id=material_id, command=command)
    return _back(call, number, row.material, row.year, _("已从本件移除，材料仍在证据库中。"))


def _supply_page(call: Call, case: CaseFile, code: str, year: int | None, form: Bound[Any]) -> MaterialPage:
    catalogue = load_catalogue(call.session)
    programme = catalogue.get(case.programme_code, case.programme_version)
    template = material_of(programme, code)
    on_file = list_choosable(call.session, case, template, year, call.on)
    return MaterialPage(
        case=case,
        programme=programme,
        template=template,
        year=year,
        title=title_of(template, year),
        url=f"/cases/{case.number}/materials/{code}",
        back=f"/cases/{case.number}#{_anchor(code, year)}",
        on_file=document_lines(call.session, on_file, call.on, catalogue),
        form=form,
        accept=ACCEPTED,
        limit=call.vault.max_file_mb,
    )


# -- checking ------------------------------------------------------------------------------------------------------------------


@router.post("/{number}/materials/{material_id:int}/accept", action=actions.CHECK)
def accept(call: Call, number: str, material_id: int) -> Response:
    command = seen_version(call.form)
    row = accept_material(call.session, **call.by, number=number, material_id=material_id, command=command)
    return _back(call, number, row.material, row.year, _("已审核通过。"))


@router.get("/{number}/materials/{material_id:int}/return", action=actions.CHECK)
def return_page(call: Call, number: str, material_id: int) -> Response:
    row = _row(call.session, call.actor, number, material_id)
    page = _return_page(call, number, row, empty({"version": row.version}))
    return call.render("web/cases/material_return.html", page)


@router.post("/{number}/materials/{material_id:int}/return", action=actions.CHECK)
def give_back(call: Call, number: str, material_id: int) -> Response:
    row = _row(call.session, call.actor, number, material_id)
    return call.submit(
        ReturnMaterial,
        lambda given: return_material(call.session, **call.by, number=number, material_id=material_id, command=given),
        done=lambda _done: _back(call, number, row.material, row.year, _("已退回，企业会看到您的意见。")),
        again=lambda bound: call.render("web/cases/material_return.html", _return_page(call, number, row, bound)),
    )


def _return_page(call: Call, number: str, row: CaseMaterial, form: Bound[Any]) -> ReturnPage:
    case = queries.get_visible_to(call.session, call.actor, number)
    document = document_lines(call.session, [row.document], call.on)[0]
    return ReturnPage(case, _line(case, row, document, may_supply=True, may_check=True), form)


def _row(session: Session, actor: Actor, number: str, material_id: int) -> CaseMaterial:
    case = queries.get_visible_to(session, actor, number)
    found = next((row for row in list_materials(session, case.id) if row.id == material_id), None)
    if found is None:
        raise NotFound("case.material.missing", _("没有找到这份材料。"))
    return found


def _anchor(code: str, year: int | None) -> str:
    return f"material-{code}" + (f"-{year}" if year else "")


def _back(call: Call, number: str, code: str, year: int | None, good: str) -> Response:
    return call.redirect(f"/cases/{number}#{_anchor(code, year)}", good=good)
