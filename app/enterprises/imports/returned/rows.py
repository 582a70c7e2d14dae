"""Rows that were not taken, as a file of the same format with the reason in front, to be corrected and brought again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.imports.domain import RowDecision, RowOutcome
from app.enterprises.imports.fields import REASON_HEADERS
from app.enterprises.imports.mapping import ColumnTarget, SheetMapping, field_of
from app.enterprises.imports.models import ImportRow, ImportRun, ImportSheet
from app.enterprises.imports.reasons import RowReason
from app.enterprises.imports.recognition import HeadVocabulary, recognise_sheet
from app.enterprises.imports.registers import registers_of
from app.enterprises.imports.shapes import RowKind, SheetHead, body_rows, read_head
from app.enterprises.imports.shapes.blank_cells import AsAbove
from app.enterprises.imports.shapes.head_text import split_header
from app.enterprises.imports.sheets import sheet_at
from app.kit.db import composition_of
from app.kit.i18n import current_locale
from app.kit.tabular import open_table, write_csv, write_xlsx
from app.kit.tabular.reader import Row, Sheet

_AT_ONCE = 1_000
_CSV_TYPE = "text/csv"
_XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_REASONS = frozenset(split_header(text)[0] for text in REASON_HEADERS)


@dataclass(frozen=True)
class HandedBack:
    """A file to download."""

    name: str
    media_type: str
    body: bytes


def hand_back(session: Session, run: ImportRun, path: Path, sheet: ImportSheet) -> HandedBack:
    """The rejected rows of one sheet of the file at `path`: CSV in the same encoding and delimiter, or XLSX.

    They stand under the titles and heads of their tables, so that unit and year are read again, and each as it was, also one with
    too many or too few cells. The reason stands in the first column; what a person chose for the whole sheet, and its titles do not tell,
    in further columns at the end.
    """
    of_file = sheet_at(open_table(path), sheet)
    words = HeadVocabulary(registers_of(composition_of(session)))
    layout = SheetMapping.from_json(sheet.name, sheet.register, sheet.mapping)
    head = read_head(of_file, words.recognise, at=layout.header[1])
    reasons = _reasons(session, run.id, sheet.position)
    rows = (
        iter(())
        if head is None
        else _rows(of_file, head, reasons, _told_once(sheet, of_file, head, words), (layout.as_above, words))
    )
    first = next(rows, [REASON_HEADERS[0]])
    stem = run.file_name.rpartition(".")[0] or run.file_name
    if sheet.name:
        stem = f"{stem}.{sheet.name}"
    if run.file_kind != "csv":
        body = write_xlsx(rows, first, sheet=sheet.name or "Sheet1")
        return HandedBack(f"{stem}.rejected.xlsx", _XLSX_TYPE, body)
    body = b"".join(write_csv(rows, first, encoding=run.encoding, delimiter=run.delimiter or ","))
    return HandedBack(f"{stem}.rejected.csv", f"{_CSV_TYPE}; charset={run.encoding.removesuffix('-sig')}", body)


def _reasons(session: Session, run_id: int, position: int) -> Iterator[tuple[int, str]]:
    """The rejected rows by their number, each with its reasons; not those that a person took for a firm since."""
    statement = (
        select(ImportRow.row_number, ImportRow.reasons)
        .where(
            ImportRow.run_id == run_id,
            ImportRow.sheet == position,
            ImportRow.outcome == RowOutcome.REJECTED,
            ImportRow.decision != RowDecision.CONFIRMED,
        )
        .order_by(ImportRow.row_number)
        .execution_options(yield_per=_AT_ONCE)
    )
    for number, reasons in session.execute(statement):
        yield number, reason_text(reasons)


def _told_once(sheet: ImportSheet, of_file: Sheet, head: SheetHead, words: HeadVocabulary) -> Mapping[str, str]:
    """What a person chose for the whole sheet and its titles would not tell again, by the head that a column of it has."""
    guessed = recognise_sheet(of_file.name, head, words.registers, sheet.register).given
    found = {}
    for name, value in sheet.mapping.get("given", {}).items():
        field = field_of(ColumnTarget.parse(name), words.registers)
        if field is not None and value and guessed.get(name) != value:
            found[field.headers[0]] = value
    return found


def _rows(
    sheet: Sheet,
    head: SheetHead,
    rejected: Iterator[tuple[int, str]],
    told: Mapping[str, str],
    known: tuple[AsAbove, HeadVocabulary],
) -> Iterator[list[str]]:
    """Titles and heads as they stand, and the rejected rows with their reasons in front; an old column of reasons goes."""
    old = next((column.index for column in head.heads if column.name in _REASONS), None)

    def whole(reason: str, row: Row) -> list[str]:
        return [reason, *(cell for at, cell in enumerate(row.cells) if at != old)]

    def above(row: Row, *, is_head: bool) -> list[str]:
        return [*whole(_title(), row), *told] if is_head else [*whole("", row), *([""] * len(told))]

    for row in sheet.rows():
        if row.number <= head.last_row and not row.blank:
            yield (
                whole(_title(), row) + list(told) if row.number == head.last_row else whole("", row) + [""] * len(told)
            )
        elif row.number > head.last_row:
            break
    number, reason = next(rejected, (0, ""))
    for body in body_rows(sheet, head, *known):
        if body.row.number == number:
            yield whole(reason, body.row) + list(told.values())
            number, reason = next(rejected, (0, ""))
        elif body.block and body.kind in (RowKind.TITLE, RowKind.HEAD):
            yield (
                whole(_title(), body.row) + list(told)
                if body.kind is RowKind.HEAD
                else whole("", body.row) + [""] * len(told)
            )


def _title() -> str:
    return REASON_HEADERS[0 if current_locale() == "zh" else 1]


def reason_text(reasons: list[dict[str, object]]) -> str:
    """All reasons of a row in one cell, in the reader's language."""
    return " ".join(str(RowReason.from_json(kept)) for kept in reasons)
