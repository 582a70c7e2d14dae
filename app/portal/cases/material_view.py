"""The materials of a case as the firm reads them: what is asked for, year by year, what lies there, what may be done with it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from app.cases.models import CaseFile
from app.cases.queries import programme_of
from app.cases.supplies import load_contents
from app.cases.supply.domain import CorrectionKind, MaterialState, may_supply
from app.cases.supply.models import CaseMaterial, CorrectionItem
from app.cases.supply.queries import can_serve, list_open_corrections
from app.doors.casework.materials import Slot, is_accepted, rows_of, serves, slots_asked, supply_url
from app.doors.pages.document_words import file_text
from app.files.models import Document
from app.files.queries import list_on_file
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.i18n import N_, _, ngettext
from app.kit.permissions import can
from app.portal.actions import SUPPLY_OWN
from app.programmes.domain.supplied import MaterialTemplate

Badge = tuple[str, str]

_STATES: dict[str, Badge] = {
    MaterialState.SUPPLIED: ("info", N_("已提供")),
    MaterialState.ACCEPTED: ("good", N_("已审核")),
    MaterialState.RETURNED: ("late", N_("已退回")),
}


@dataclass(frozen=True)
class PaperLine:
    """A document that serves a material; `may_remove`: the firm may take it back or put another one in its place."""

    row: CaseMaterial
    title: str
    file: str
    url: str
    badge: Badge
    remark: str
    may_remove: bool


@dataclass(frozen=True)
class SlotView:
    """A material of one year, or of none: how it stands, what lies there, where it is supplied.

    `remark` is what is to be corrected; `next_url` is where one goes on once it is supplied.
    """

    template: MaterialTemplate
    year: int | None
    title: str
    hint: str
    badge: Badge
    papers: tuple[PaperLine, ...]
    remark: str
    open: bool
    url: str
    next_url: str
    on_file: str = ""


def slots_of(session: Session, case: CaseFile, actor: Actor, on: date) -> tuple[SlotView, ...]:
    """What the firm supplies to `case`, in the order of the file; the number of queries is constant."""
    programme, contents = programme_of(session, case), load_contents(session, case)
    supplies, held = contents.supplies(on), contents.materials
    items = _to_correct(contents.corrections)
    named = items.keys() | {row.material for row in held}

    def open_for(template: MaterialTemplate) -> Callable[[bool], bool]:
        return lambda asked: can(actor, SUPPLY_OWN) and may_supply(programme, case, template, actor, asked=asked)

    slots = [
        _slot(case, slot, rows_of(held, slot), items.get(slot[0].code), open_for(slot[0]), on)
        for slot in slots_asked(programme, case, supplies, named)
        if slot[0].supplied_by == "enterprise"
    ]
    shelf = list_on_file(session, case.enterprise_id) if any(slot.open and not slot.papers for slot in slots) else []
    return tuple(replace(slot, on_file=_ready(slot, shelf, on)) for slot in slots)


def slot_of(
    session: Session, case: CaseFile, code: str, year: int | None, actor: Actor, on: date
) -> tuple[SlotView, tuple[SlotView, ...]]:
    """The material `code` of that year (of the latest: None), and of its other years.

    Raises `NotFound` where the firm has none such to supply.
    """
    slots = [slot for slot in slots_of(session, case, actor, on) if slot.template.code == code]
    found = next((slot for slot in slots if year is None or slot.year == year), None)
    if found is None:
        raise NotFound("case.material.unknown", _("这个培育通道版本没有这项材料。"))
    return found, tuple(slot for slot in slots if slot is not found)


def next_url(session: Session, case: CaseFile, code: str) -> str:
    """Where one goes on once the material is supplied: the correction that asked for it is answered, else the checklist."""
    return _next_url(case, _to_correct(list_open_corrections(session, case.id)).get(code))


def _next_url(case: CaseFile, item: CorrectionItem | None) -> str:
    base = f"/portal/cases/{case.number}"
    return f"{base}/corrections/{item.id}" if item else f"{base}/materials"


def _to_correct(items: Iterable[CorrectionItem]) -> dict[str, CorrectionItem]:
    """The first item about each material that the firm has not answered."""
    waiting = [
        item
        for item in items
        if item.kind == CorrectionKind.MATERIAL and item.settled_on is None and item.answered_at is None
    ]
    return {item.code: item for item in sorted(waiting, key=lambda item: item.id, reverse=True)}


def _ready(slot: SlotView, shelf: Sequence[Document], on: date) -> str:
    """That something on file would do, so that nobody uploads it again."""
    template, years = slot.template, (slot.year, None)
    fits = [row for row in shelf if row.kind == template.document and can_serve(template, row, on)]
    n = sum(slot.year is None or row.year in years for row in fits)
    if not n or not slot.open or slot.papers:
        return ""
    return ngettext("证据库有 %(n)s 份可直接选用", "证据库有 %(n)s 份可直接选用", n) % {"n": n}


def _slot(
    case: CaseFile,
    slot: Slot,
    rows: list[CaseMaterial],
    item: CorrectionItem | None,
    is_open: Callable[[bool], bool],
    on: date,
) -> SlotView:
    """`is_open` says whether it may be supplied, once asked for or without that."""
    (template, year), remark = slot, item.remark if item else ""
    serving = sum(serves(template, row, on) for row in rows)
    asked = serving < template.at_least or bool(remark)
    returned, settled = is_open(True), is_open(bool(remark))
    return SlotView(
        template=template,
        year=year,
        title=_("%(year)s 年度 %(title)s") % {"year": year, "title": template.title} if year else str(template.title),
        hint=str(template.hint or ""),
        badge=_badge(template, rows, serving, remark),
        papers=tuple(_paper(row, template, on, returned if _sent_back(row) else settled) for row in rows),
        remark=remark,
        open=is_open(asked),
        url=supply_url(f"/portal/cases/{case.number}", slot),
        next_url=_next_url(case, item),
    )


def _sent_back(row: CaseMaterial) -> bool:
    return row.state == MaterialState.RETURNED


def _badge(template: MaterialTemplate, rows: list[CaseMaterial], serving: int, remark: str) -> Badge:
    if remark or any(_sent_back(row) for row in rows):
        return "late", _("需补正")
    if serving >= template.at_least:
        return ("good", _("已审核")) if is_accepted(rows) else ("info", _("已提供"))
    if not template.required:
        return "idle", _("可选")
    missing = template.at_least - serving
    return "wait", ngettext("还差 %(n)s 份", "还差 %(n)s 份", missing) % {"n": missing}


def _paper(row: CaseMaterial, template: MaterialTemplate, on: date, removable: bool) -> PaperLine:
    tone, text = _STATES[row.state]
    document: Document = row.document
    if document.withdrawn_at is not None or not can_serve(template, document, on):
        tone, text = "late", N_("已失效，请换一份")
    return PaperLine(
        row=row,
        title=document.title,
        file=file_text(document.file),
        url=f"/portal/documents/{document.id}",
        badge=(tone, _(text)),
        remark=row.remark if _sent_back(row) else "",
        may_remove=removable and row.state != MaterialState.ACCEPTED,
    )
