"""Rows that were not taken, as a file of the same format with the reason in front, to be corrected and brought again."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.imports.domain import RowOutcome
from app.enterprises.imports.fields import REASON_HEADERS
from app.enterprises.imports.models import ImportRow, ImportRun, ImportSheet
from app.enterprises.imports.reasons import RowReason
from app.enterprises.imports.shapes.head_text import split_header
from app.kit.i18n import current_locale
from app.kit.tabular import open_table, write_csv, write_xlsx
from app.kit.tabular.reader import Sheet

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

    The reason stands in the first column, so that a row with too many or too few cells stays as it was.
    """
    heads: list[str] = [header for _index, header, _fills, _unit in sheet.mapping["columns"]]
    old = next((at for at, header in enumerate(heads) if split_header(header)[0] in _REASONS), None)
    header = [REASON_HEADERS[0 if current_locale() == "zh" else 1]]
    header += [text for at, text in enumerate(heads) if at != old]
    stem = run.file_name.rpartition(".")[0] or run.file_name
    if sheet.name:
        stem = f"{stem}.{sheet.name}"
    rows = _rows(open_table(path).sheets[sheet.position], _reasons(session, run.id, sheet.position), old)
    if run.file_kind != "csv":
        body = write_xlsx((_fitted(row, len(header)) for row in rows), header)
        return HandedBack(f"{stem}.rejected.xlsx", _XLSX_TYPE, body)
    body = b"".join(write_csv(rows, header, encoding=run.encoding, delimiter=run.delimiter or ","))
    return HandedBack(f"{stem}.rejected.csv", f"{_CSV_TYPE}; charset={run.encoding.removesuffix('-sig')}", body)


def _reasons(session: Session, run_id: int, position: int) -> Iterator[tuple[int, str]]:
    """The rejected rows by their number, each with its reasons."""
    statement = (
        select(ImportRow.row_number, ImportRow.reasons)
        .where(ImportRow.run_id == run_id, ImportRow.sheet == position, ImportRow.outcome == RowOutcome.REJECTED)
        .order_by(ImportRow.row_number)
        .execution_options(yield_per=_AT_ONCE)
    )
    for number, reasons in session.execute(statement):
        yield number, reason_text(reasons)


def _rows(sheet: Sheet, rejected: Iterator[tuple[int, str]], old_reason: int | None) -> Iterator[list[str]]:
    """Those rows of the file, whole, with their reasons in front."""
    number, reason = next(rejected, (0, ""))
    for row in sheet.rows():
        if row.number == number:
            yield [reason, *(cell for at, cell in enumerate(row.cells) if at != old_reason)]
            number, reason = next(rejected, (0, ""))


def reason_text(reasons: list[dict[str, object]]) -> str:
    """All reasons of a row in one cell, in the reader's language."""
    return " ".join(str(RowReason.from_json(kept)) for kept in reasons)


def _fitted(row: list[str], width: int) -> list[str]:
    return (row + [""] * width)[:width]
