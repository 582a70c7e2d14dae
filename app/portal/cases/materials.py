"""材料 of the firm's case: chosen from what is on file, never asked for again, or uploaded; replaced; taken back."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from starlette.responses import Response

from app.cases.queries import programme_of
from app.cases.supply.models import CaseMaterial
from app.cases.supply.queries import find_earlier, list_choosable
from app.cases.supply.schemas import ChooseMaterial, UploadMaterial, Versioned
from app.cases.supply.service.materials import choose_materials, remove_material, upload_material
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.casework.materials import number_in, seen_version
from app.doors.forms.bound import Bound, bind, empty
from app.doors.pages.document_words import FRAGMENT, chosen_files, file_text, taken
from app.files.domain.kinds import ACCEPTED
from app.files.models import Document
from app.kit.i18n import _
from app.portal.actions import SEE_OWN, SUPPLY_OWN
from app.portal.cases.material_view import SlotView, next_url, slot_of, slots_of
from app.portal.shared.own import CasePart, own_case, part_of

router = GuardedRouter(door="portal", prefix="/portal/cases/{number}/materials")

#: With pictures named, a phone offers its camera.
ACCEPT = f"{ACCEPTED},image/*"


class Replaced(BaseModel):
    """The document that the new one takes the place of, as the form saw it."""

    replaces: int | None = None
    version: int = 0


@dataclass(frozen=True)
class MaterialsPage(CasePart):
    """The checklist. `earlier` is the case whose answers and documents this one may begin with."""

    slots: tuple[SlotView, ...]
    earlier: str


@dataclass(frozen=True)
class DocumentChoice:
    """A document on file that may serve."""

    id: int
    title: str
    note: str


@dataclass(frozen=True)
class PortalMaterialPage(CasePart):
    """One material: what lies there, what is on file, a file to upload. `replaced` is the one that gives way.

    `others` are its other years.
    """

    slot: SlotView
    others: tuple[SlotView, ...]
    choices: tuple[DocumentChoice, ...]
    form: Bound[Any]
    replaced: Any
    accept: str
    limit: int


@dataclass(frozen=True)
class OutcomePage:
    """What became of one file that a script sent."""

    name: str
    url: str
    messages: tuple[str, ...]


@router.get("", action=SEE_OWN)
def materials_page(call: Call, number: str) -> Response:
    """The checklist of the case."""
    case = own_case(call.session, call.actor, number)
    slots = slots_of(call.session, case, call.actor, call.on)
    untouched = any(slot.open for slot in slots) and not any(slot.papers for slot in slots)
    earlier = find_earlier(call.session, case) if untouched else None
    page = MaterialsPage(
        **part_of(case, programme_of(call.session, case)), slots=slots, earlier=earlier.number if earlier else ""
    )
    return call.render("portal/materials.html", page)


@router.get("/{code}", action=SEE_OWN)
def material_page(call: Call, number: str, code: str, year: str = "", replaces: str = "") -> Response:
    """One material."""
    form: Bound[Any] = empty({"year": year, "replaces": replaces})
    return _page(call, number, code, form)


@router.post("/{code}/choose", action=SUPPLY_OWN)
def choose(call: Call, number: str, code: str) -> Response:
    """Let documents on file serve."""
    bound = bind(ChooseMaterial, call.form)
    if not call.form.getlist("documents"):
        bound.errors = {"documents": [_("请至少选择一份。")]}

    def work(given: ChooseMaterial) -> list[CaseMaterial]:
        _make_room(call, number)
        return choose_materials(call.session, **call.by, number=number, command=given)

    return call.submit(
        bound,
        work,
        done=lambda _done: _supplied(call, number, code, _("已选用。")),
        again=lambda bound: _page(call, number, code, bound),
    )


@router.post("/{code}/upload", action=SUPPLY_OWN)
def upload(call: Call, number: str, code: str) -> Response:
    """Take a file into the vault and let it serve; a script sends one by one and gets a line as its answer."""
    bound = bind(UploadMaterial, call.form)
    files = chosen_files(call.form, bound)

    def work(given: UploadMaterial) -> list[CaseMaterial]:
        _make_room(call, number)
        return [
            upload_material(call.session, call.vault, **call.by, number=number, upload=taken(file), command=given)
            for file in files
        ]

    def outcome(bound: Bound[UploadMaterial]) -> Response:
        reported = (*(message for messages in bound.errors.values() for message in messages), *bound.summary)
        page = OutcomePage(files[0].filename or "" if files else "", "", reported)
        return call.render("portal/_uploaded.html", page)

    if call.request.headers.get(FRAGMENT):
        return call.submit(bound, work, done=lambda _done: outcome(bound), again=outcome)
    return call.submit(
        bound,
        work,
        done=lambda _done: _supplied(call, number, code, _("已上传。材料存入本企业证据库，以后可再用。")),
        again=lambda bound: _page(call, number, code, bound),
    )


@router.post("/{material_id:int}/remove", action=SUPPLY_OWN)
def remove(call: Call, number: str, material_id: int) -> Response:
    """Take a document back from the case; it stays on file."""
    command = seen_version(call.form)
    return call.act(
        lambda: remove_material(call.session, **call.by, number=number, material_id=material_id, command=command),
        f"/portal/cases/{number}/materials",
        good=_("已撤回，材料仍在证据库中。"),
    )


def _make_room(call: Call, number: str) -> None:
    """Take the document back that a new one is to replace."""
    given = bind(Replaced, call.form).model
    if given is not None and given.replaces is not None:
        command = Versioned(version=given.version)
        remove_material(call.session, **call.by, number=number, material_id=given.replaces, command=command)


def _page(call: Call, number: str, code: str, form: Bound[Any]) -> Response:
    case = own_case(call.session, call.actor, number)
    slot, others = slot_of(call.session, case, code, number_in(form, "year"), call.actor, call.on)
    on_file = list_choosable(call.session, case, slot.template, slot.year, call.on) if slot.open else []
    replaced = number_in(form, "replaces")
    page = PortalMaterialPage(
        **part_of(case, programme_of(call.session, case)),
        slot=slot,
        others=others,
        choices=tuple(_choice(document) for document in on_file),
        form=form,
        replaced=next((line for line in slot.papers if line.may_remove and line.row.id == replaced), None),
        accept=ACCEPT,
        limit=call.vault.max_file_mb,
    )
    return call.render("portal/material.html", page)


def _choice(document: Document) -> DocumentChoice:
    parts = [file_text(document.file)]
    if document.valid_until is not None:
        parts.append(_("有效期至 %(day)s") % {"day": document.valid_until.isoformat()})
    return DocumentChoice(
        document.id, f"{document.title} {document.year}" if document.year else document.title, " · ".join(parts)
    )


def _supplied(call: Call, number: str, code: str, good: str) -> Response:
    return call.redirect(next_url(call.session, own_case(call.session, call.actor, number), code), good=good)
