"""The experts and the agreements that the list shows, each as an export that can come back edited."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from starlette.responses import Response

from app.commissioners import actions
from app.commissioners.domain import mask_phone
from app.commissioners.imported.agreements import AGREEMENTS
from app.commissioners.imported.people import PEOPLE
from app.commissioners.lists import COMMISSIONERS
from app.commissioners.models import Commissioner
from app.doors.calls.call import Call
from app.doors.calls.downloads import TableFormat
from app.doors.calls.router import GuardedRouter
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.enterprises.imports.mapping import RECORD
from app.kit.lists.viewer import Viewer
from app.kit.permissions import can
from app.web.commissioners.list import LIST
from app.web.shared.commissioner_words import degree_label, mode_label, programme_name
from app.web.shared.enterprise_words import words
from app.web.shared.record_columns import Cell, ExportedRecord, amount, export_records, record_columns

router = GuardedRouter(door="web", prefix="/commissioners/records")

RecordList = ListView[Commissioner, Any, ExportedRecord]


def _people(viewer: Viewer, rows: Sequence[Commissioner]) -> Sequence[ExportedRecord]:
    """The experts; the telephone only for who may read it."""
    known = viewer.once(words)
    return [ExportedRecord(row, known, full=can(viewer.actor, actions.READ_PHONE, row)) for row in rows]


def _agreements(viewer: Viewer, rows: Sequence[Commissioner]) -> Sequence[ExportedRecord]:
    known = viewer.once(words)
    return [ExportedRecord(each, known, each.enterprise) for row in rows for each in row.agreements]


_PERSON: Mapping[str, Cell] = {
    "expert": lambda line: line.record.name,
    "unit": lambda line: line.record.unit,
    "title": lambda line: line.record.title,
    "degree": lambda line: degree_label(line.record.degree),
    "field_code": lambda line: line.known.field_label(line.record.field_code or ""),
    "speciality": lambda line: line.record.speciality,
    "phone": lambda line: line.record.phone if line.full else mask_phone(line.record.phone),
    "note": lambda line: line.record.note,
}
_AGREEMENT: Mapping[str, Cell] = {
    "expert": lambda line: line.record.commissioner.name,
    "unit": lambda line: line.record.commissioner.unit,
    "programme": lambda line: programme_name(line.record.programme),
    "number": lambda line: line.record.number,
    "starts_on": lambda line: line.record.starts_on,
    "ends_on": lambda line: line.record.ends_on,
    "mode": lambda line: mode_label(line.record.mode),
    "aim": lambda line: line.record.aim,
    "amount_fen": amount("amount_fen"),
}
#: Experts and agreements as lists, by the register that takes them in.
RECORDS: Mapping[str, RecordList] = {
    register.code: ListView(
        base=f"/commissioners/records/{register.code}",
        source=COMMISSIONERS,
        lines=lines,
        title=register.label,
        usual=LIST.usual,
        controls=LIST.controls,
        columns=record_columns(register, cells),
        returns=(register.code, RECORD),
    )
    for register, lines, cells in ((PEOPLE, _people, _PERSON), (AGREEMENTS, _agreements, _AGREEMENT))
}


@router.get("/{register}/export.{extension}", action=actions.EXPORT)
def export(call: Call, register: str, query: Annotated[ListQuery, LIST.asked], extension: TableFormat) -> Response:
    """The experts that the address names, or their agreements."""
    return export_records(call, RECORDS, register, query, extension)
