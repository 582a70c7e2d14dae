"""The columns of an export whose rows are records that an import takes in again: what fills them, and how each value is written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.downloads import TableFormat
from app.doors.lists.columns import TableColumn
from app.doors.lists.export import export_list
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.enterprises.imports.fields import ImportField
from app.enterprises.imports.mapping import NAME, RECORD, USCC
from app.enterprises.imports.registers import ImportedRegister
from app.enterprises.imports.returned.record import number_of
from app.enterprises.imports.returned.round_trip import RECORD_HEAD
from app.enterprises.models import Enterprise
from app.kit.errors import NotFound
from app.kit.fields import Field, FieldKind
from app.kit.i18n import N_, _
from app.kit.money import WAN, in_wan
from app.web.shared.enterprise_words import EnterpriseWords


@dataclass(frozen=True)
class ExportedRecord:
    """One record, whose it is, and the words of the register; not `full` where personal values are masked."""

    record: Any
    known: EnterpriseWords
    firm: Enterprise | None = None
    full: bool = True


Column = TableColumn[ExportedRecord]
Cell = Callable[[ExportedRecord], Any]

_FIRM = (
    Column(N_("统一社会信用代码"), lambda line: line.firm.uscc if line.firm else "", fills=USCC),
    Column(N_("企业名称"), lambda line: line.firm.name if line.firm else "", fills=NAME),
)
_E4 = 10_000


def record_columns(register: ImportedRegister, cells: Mapping[str, Cell]) -> tuple[Column, ...]:
    """Whose the record is, the columns of the register that have a cell, and the number by which the record is known again."""
    known = {column.code: column for column in register.fields}
    own = (_column(register, known[code], cell) for code, cell in cells.items())
    number = Column(RECORD_HEAD, lambda line: number_of(line.record), fills=RECORD)
    return (*(_FIRM if register.about_firm else ()), *own, number)


def field_cell(field: Field) -> Cell:
    """How the value of a field is written: so that its column reads it again."""
    return partial(_SHOWN.get(field.kind, _plain), field)


def amount(name: str) -> Cell:
    """An amount of money, in the unit of the columns of money."""
    return lambda line: wan(getattr(line.record, name))


def wan(fen: int | None) -> Decimal | None:
    """An amount in 万元; None where it is not known."""
    return None if fen is None else in_wan(fen)


def _column(register: ImportedRegister, column: ImportField, cell: Cell) -> Column:
    return Column(
        column.label,
        cell,
        export_label=f"{column.label}（{WAN}）" if column.needs_unit else "",
        fills=f"{register.code}.{column.code}",
        unit=WAN if column.needs_unit else "",
    )


def _plain(field: Field, line: ExportedRecord) -> Any:
    return getattr(line.record, field.name)


def _word(field: Field, line: ExportedRecord) -> str:
    code = getattr(line.record, field.name)
    if not code:
        return ""
    return line.known.field_short(code) if field.vocabulary == "field" else line.known.label(field.vocabulary, code)


def _yes_no(field: Field, line: ExportedRecord) -> str:
    return {True: _("是"), False: _("否"), None: ""}[getattr(line.record, field.name)]


def _people(field: Field, line: ExportedRecord) -> Decimal | None:
    found = getattr(line.record, field.name)
    return None if found is None else Decimal(found) / _E4


_SHOWN: Mapping[FieldKind, Callable[[Field, ExportedRecord], Any]] = {
    FieldKind.CODE: _word,
    FieldKind.TICK: _yes_no,
    FieldKind.FLAG: _yes_no,
    FieldKind.MONEY: lambda field, line: wan(getattr(line.record, field.name)),
    FieldKind.PEOPLE: _people,
}


def export_records(
    call: Call,
    lists: Mapping[str, ListView[Any, Any, ExportedRecord]],
    register: str,
    query: ListQuery,
    extension: TableFormat,
) -> Response:
    """The list of the records that `register` takes in. Raises `NotFound` where there is none."""
    if register not in lists:
        raise NotFound("enterprise.records.unknown", _("没有这一类记录。"))
    return export_list(call, lists[register], query, extension)
