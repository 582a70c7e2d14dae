"""Materials of a case: chosen from what lies on file or uploaded, taken back, accepted, returned. One event each."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.domain.needs import years_open
from app.cases.loaded import LoadedCase, load_case
from app.cases.supply import actions, events
from app.cases.supply.domain import CorrectionKind, MaterialState, decide_supply, decide_verdict_on, material_of
from app.cases.supply.models import CaseMaterial
from app.cases.supply.queries import can_serve, list_materials, list_open_corrections
from app.cases.supply.schemas import ChooseMaterial, ReturnMaterial, UploadMaterial, Versioned
from app.files.actions import KEEP
from app.files.models import Document
from app.files.queries import list_on_file, yearly_kinds
from app.files.service.documents import add_document
from app.files.vault import Upload, Vault
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.i18n import _
from app.kit.permissions import Place, require
from app.programmes.domain.supplied import MaterialTemplate


def choose_materials(
    session: Session, *, actor: Actor, now: datetime, number: str, command: ChooseMaterial
) -> list[CaseMaterial]:
    """Let documents on file serve a material of the case. One event.

    Raises `NotFound` (case, material of another version), `Invalid` (year, a document that is not on file), `Conflict`
    (closed, handed in, chosen already) or `Forbidden` (the bureau's material).
    """
    case = load_case(session, actor=actor, action=actions.SUPPLY, number=number)
    template = _open_slot(case, command.material, command.year, actor)
    documents = _on_file(case, template, command.documents, now)
    rows = _serve(case, template, command.year, documents, actor, now)
    _reported(case, events.MATERIAL_SUPPLIED, template, rows, actor, now)
    return rows


def upload_material(
    session: Session, vault: Vault, *, actor: Actor, now: datetime, number: str, upload: Upload, command: UploadMaterial
) -> CaseMaterial:
    """Put a document on file for the firm and let it serve a material of the case. One event, on the case.

    A document of a yearly kind that the case needs once, such as its application form, is about the case's own year.

    Raises like `choose_materials` and like putting a document on file.
    """
    case = load_case(session, actor=actor, action=actions.SUPPLY, number=number)
    enterprise = case.row.enterprise
    require(actor, KEEP, Place(enterprise.region_code, enterprise.id))
    template = _open_slot(case, command.material, command.year, actor)
    given = command.as_document(template.document)
    if given.year is None and given.kind in yearly_kinds(session):
        given = given.model_copy(update={"year": case.row.year})
    document = add_document(session, vault, actor=actor, enterprise=enterprise, upload=upload, given=given, now=now)
    rows = _serve(case, template, command.year, [document], actor, now)
    _reported(case, events.MATERIAL_SUPPLIED, template, rows, actor, now)
    return rows[0]


def remove_material(
    session: Session, *, actor: Actor, now: datetime, number: str, material_id: int, command: Versioned
) -> None:
    """Take a document back from the case; it stays on file. One event. Raises `Conflict` once it was accepted or handed in."""
    case = load_case(session, actor=actor, action=actions.SUPPLY, number=number)
    row = _row(case, material_id, command.version)
    template = material_of(case.programme, row.material)
    if row.state == MaterialState.ACCEPTED:
        raise Conflict("case.material.accepted", _("这份材料已审核通过；如需更换，请先由经办人退回。"))
    asked = row.state == MaterialState.RETURNED or _is_corrected(case, template.code)
    decide_supply(case.programme, case.row, template, actor, asked=asked)
    _change(case, row, MaterialState.REMOVED, "", now)
    _reported(case, events.MATERIAL_REMOVED, template, [row], actor, now)


def accept_material(
    session: Session, *, actor: Actor, now: datetime, number: str, material_id: int, command: Versioned
) -> CaseMaterial:
    """The officer finds a supplied document in order. One event."""
    case, row = _checked(session, actor, number, material_id, command.version)
    if row.state == MaterialState.ACCEPTED:
        raise Conflict("case.material.accepted_already", _("这份材料已经审核通过。"))
    _change(case, row, MaterialState.ACCEPTED, "", now)
    _reported(case, events.MATERIAL_ACCEPTED, material_of(case.programme, row.material), [row], actor, now)
    return row


def return_material(
    session: Session, *, actor: Actor, now: datetime, number: str, material_id: int, command: ReturnMaterial
) -> CaseMaterial:
    """The officer returns a document and says what is wrong with it. One event."""
    case, row = _checked(session, actor, number, material_id, command.version)
    _change(case, row, MaterialState.RETURNED, command.remark, now)
    template = material_of(case.programme, row.material)
    _reported(case, events.MATERIAL_RETURNED, template, [row], actor, now, remark=command.remark)
    return row


def _open_slot(case: LoadedCase, code: str, year: int | None, actor: Actor) -> MaterialTemplate:
    """The material, when the actor may supply it now for this year."""
    template = material_of(case.programme, code)
    held = [row for row in list_materials(case.session, case.row.id) if row.material == code]
    corrected, founded_on = _is_corrected(case, code), case.row.enterprise.registered_on
    founded_in = founded_on.year if founded_on else None
    if year not in years_open(template, case.row.year, founded_in, named=corrected or bool(held)):
        message = _("这项材料不需要 %(year)s 年的。") % {"year": year} if year else _("请选择所属年度。")
        raise Invalid("case.material.year", message, {"year": message})
    serving = [row for row in held if row.year == year and row.state != MaterialState.RETURNED]
    asked = len(serving) < template.at_least or corrected
    decide_supply(case.programme, case.row, template, actor, asked=asked)
    return template


def _is_corrected(case: LoadedCase, code: str) -> bool:
    items = list_open_corrections(case.session, case.row.id)
    return any(item.kind == CorrectionKind.MATERIAL and item.code == code for item in items)


def _on_file(case: LoadedCase, template: MaterialTemplate, wanted: Sequence[int], now: datetime) -> list[Document]:
    on_file = {row.id: row for row in list_on_file(case.session, case.row.enterprise_id)}
    if not set(wanted) <= on_file.keys():
        message = _("所选材料不在该企业的证据库中，或已被撤下。")
        raise Invalid("case.material.not_on_file", message, {"documents": message})
    documents = [on_file[key] for key in dict.fromkeys(wanted)]
    for document in documents:
        if not can_serve(template, document, today(now)):
            message = _("“%(title)s”已过有效期，请换用有效的。") % {"title": document.title}
            raise Invalid("case.material.expired", message, {"documents": message})
    return documents


def _serve(
    case: LoadedCase,
    template: MaterialTemplate,
    year: int | None,
    documents: Sequence[Document],
    actor: Actor,
    now: datetime,
) -> list[CaseMaterial]:
    held = {(row.material, row.year, row.document_id) for row in list_materials(case.session, case.row.id)}
    for document in documents:
        if (template.code, year, document.id) in held:
            message = _("“%(title)s”已用于这项材料。") % {"title": document.title}
            raise Conflict("case.material.chosen", message, {"documents": message})
    _give_way(case, template, year, now)
    rows = [
        CaseMaterial(
            case_id=case.row.id,
            material=template.code,
            year=year,
            document=document,
            state=MaterialState.SUPPLIED,
            by_kind=actor.kind,
            by_id=actor.id,
            by_name=actor.name,
            at=now,
        )
        for document in documents
    ]
    case.session.add_all(rows)
    case.touched(now, bump=False)
    return rows


def _give_way(case: LoadedCase, template: MaterialTemplate, year: int | None, now: datetime) -> None:
    """What was returned leaves the case when something else is supplied in its place."""
    for row in list_materials(case.session, case.row.id):
        if (row.material, row.year, row.state) == (template.code, year, MaterialState.RETURNED):
            _change(case, row, MaterialState.REMOVED, row.remark, now)


def _checked(
    session: Session, actor: Actor, number: str, material_id: int, version: int
) -> tuple[LoadedCase, CaseMaterial]:
    case = load_case(session, actor=actor, action=actions.CHECK, number=number)
    row = _row(case, material_id, version)
    decide_supply(case.programme, case.row, material_of(case.programme, row.material), actor, asked=True)
    decide_verdict_on(row.state)
    return case, row


def _row(case: LoadedCase, material_id: int, version: int) -> CaseMaterial:
    statement = select(CaseMaterial).where(CaseMaterial.case_id == case.row.id, CaseMaterial.id == material_id)
    row = case.session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound("case.material.missing", _("没有找到这份材料。"))
    if row.version != version:
        raise Conflict("case.material.stale", _("这份材料的状态刚被他人改动，请刷新后再办。"))
    return row


def _change(case: LoadedCase, row: CaseMaterial, state: MaterialState, remark: str, now: datetime) -> None:
    row.state, row.remark = state, remark
    row.version += 1
    case.touched(now, bump=False)


def _reported(
    case: LoadedCase,
    event: str,
    template: MaterialTemplate,
    rows: Sequence[CaseMaterial],
    actor: Actor,
    now: datetime,
    *,
    remark: str = "",
) -> None:
    """One event that names the material and the documents, for people and for those who follow the journal."""
    year = rows[0].year
    name = f"{template.title.zh} {year}" if year else template.title.zh
    titles = "、".join(row.document.title for row in rows)
    data = {
        "note": f"{name}：{titles}" + (f"（{remark}）" if remark else ""),
        "material": template.code,
        "year": year,
        "documents": [row.document_id for row in rows],
    }
    if remark:
        data["remark"] = remark
    case.record(actor=actor, now=now, type=event, data=data)
