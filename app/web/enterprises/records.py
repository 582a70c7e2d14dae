"""The records of the firms that the list shows (certificates, figures, rights …), each kind as an export that can come back edited."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from starlette.responses import Response

from app.cases.lists import FIRMS
from app.cases.past_cases.imported import PAST_CASES
from app.cases.past_cases.service import PART as PAST_CASE
from app.doors.calls.call import Call
from app.doors.calls.downloads import TableFormat
from app.doors.calls.router import GuardedRouter
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.enterprises import actions
from app.enterprises.imports.figure.register import REGISTER as FIGURES
from app.enterprises.imports.mapping import RECORD
from app.enterprises.imports.parts import registers as parts
from app.enterprises.imports.registers import ImportedRegister
from app.enterprises.models import Enterprise
from app.enterprises.queries import list_records
from app.enterprises.service import records
from app.enterprises.service.parts import Part
from app.incentives.domain.steps import PastState
from app.incentives.imported.past_awards import PAST_AWARDS
from app.incentives.models import PastAward
from app.kit.i18n import _
from app.kit.lists.viewer import Viewer
from app.web.enterprises.list import LIST
from app.web.shared.enterprise_words import words
from app.web.shared.record_columns import Cell, ExportedRecord, amount, export_records, field_cell, record_columns

router = GuardedRouter(door="web", prefix="/enterprises/records")

RecordList = ListView[Enterprise, Any, ExportedRecord]


def _cells(register: ImportedRegister, part: Part[Any]) -> Mapping[str, Cell]:
    """Each field once, by the first column that fills it; whose the record is stands in front."""
    found: dict[str, str] = {}
    for column in register.fields:
        found.setdefault(column.stored or column.code, column.code)
    return {code: _SPECIAL.get(code) or field_cell(part.fields[name]) for name, code in found.items()}


def _holders(line: ExportedRecord) -> str:
    """All who hold a right, as lists tell them: the firm itself first; nothing where it holds it alone."""
    others = line.record.other_holders
    return f"{line.firm.name}、{others}" if others and line.firm else ""


_SPECIAL: Mapping[str, Cell] = {
    "holders": _holders,
    "programme_code": lambda line: dict(line.known.programmes).get(line.record.programme_code, ""),
}
_AWARDS: Mapping[str, Cell] = {
    "scheme_name": lambda line: line.record.scheme_name,
    "amount_fen": amount("amount_fen"),
    "year": lambda line: line.record.year,
    "paid_on": lambda line: line.record.paid_on,
    "state": lambda line: _("是") if line.record.state == PastState.PAID else _("否"),
    "document": lambda line: line.record.document,
    "note": lambda line: line.record.note,
}


def _records_of(model: Any) -> Callable[[Viewer, Sequence[Enterprise]], Sequence[ExportedRecord]]:
    """The records of firms, firm by firm in the order of the list."""

    def lines(viewer: Viewer, firms: Sequence[Enterprise]) -> Sequence[ExportedRecord]:
        known, place = viewer.once(words), {firm.id: at for at, firm in enumerate(firms)}
        rows = sorted(list_records(viewer.session, model, place), key=lambda row: place[row.enterprise_id])
        return [ExportedRecord(row, known, firms[place[row.enterprise_id]]) for row in rows]

    return lines


def _list(register: ImportedRegister, model: Any, cells: Mapping[str, Cell]) -> RecordList:
    label = register.label
    return ListView(
        base=f"/enterprises/records/{register.code}",
        source=FIRMS,
        lines=_records_of(model),
        title=label,
        sort=LIST.sort,
        controls=LIST.controls,
        columns=record_columns(register, cells),
        file=lambda viewer: f"{_(label)}-{viewer.on.isoformat()}",
        returns=(register.code, RECORD),
    )


_PARTS: Sequence[tuple[ImportedRegister, Part[Any]]] = (
    (parts.CONTACT, records.CONTACT),
    (FIGURES, records.FIGURES),
    (parts.CERTIFICATE, records.CERTIFICATE),
    (parts.PROPERTY, records.PROPERTY),
    (parts.PRODUCT, records.PRODUCT),
    (parts.CONVERSION, records.CONVERSION),
    (parts.STANDARD, records.STANDARD),
    (parts.COMPLIANCE, records.COMPLIANCE),
    (parts.TAG, records.TAG),
    (PAST_CASES, PAST_CASE),
)
#: The records of firms as lists, by the register that takes them in.
RECORDS: Mapping[str, RecordList] = {
    register.code: _list(register, part.model, _cells(register, part)) for register, part in _PARTS
} | {PAST_AWARDS.code: _list(PAST_AWARDS, PastAward, _AWARDS)}


@dataclass(frozen=True)
class RecordKindLine:
    """One kind of record with the addresses of its files."""

    label: str
    xlsx_url: str
    csv_url: str


@dataclass(frozen=True)
class RecordsPage:
    """Which records of the firms that a list shows can be taken away as a file; `conditions` say which firms."""

    kinds: tuple[RecordKindLine, ...]
    conditions: tuple[str, ...]
    back_url: str


@router.get("", action=actions.EXPORT)
def records_page(call: Call, query: Annotated[ListQuery, LIST.asked]) -> Response:
    """What can be exported of the firms that the address names."""
    page = RecordsPage(
        kinds=tuple(_kind_line(view, query) for view in RECORDS.values()),
        conditions=LIST.conditions(query, call.viewer),
        back_url=query.address(LIST.base),
    )
    return call.render("web/enterprises/records.html", page)


@router.get("/{register}/export.{extension}", action=actions.EXPORT)
def export(call: Call, register: str, query: Annotated[ListQuery, LIST.asked], extension: TableFormat) -> Response:
    """The records of one kind of all firms that the address names."""
    return export_records(call, RECORDS, register, query, extension)


def _kind_line(view: RecordList, query: ListQuery) -> RecordKindLine:
    urls = [query.address(f"{view.base}/export.{extension}") for extension in ("xlsx", "csv")]
    return RecordKindLine(_(view.title), *urls)
