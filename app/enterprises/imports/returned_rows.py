"""Rows that were not taken, as a file of the same format with the reason in front, to be corrected and brought again."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.imports.domain import RowOutcome
from app.enterprises.imports.fields import REASON_HEADERS
from app.enterprises.imports.mapping import REASON, TableLayout
from app.enterprises.imports.models import ImportRow, ImportRun
from app.enterprises.imports.reasons import RowReason
from app.kit.i18n import current_locale
from app.kit.tabular import write_csv, write_xlsx

_AT_ONCE = 1_000
_CSV_TYPE = "text/csv"
_XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class HandedBack:
    """A file to download."""

    name: str
    media_type: str
    body: bytes


def hand_back(session: Session, run: ImportRun) -> HandedBack:
    """The rejected rows of `run`: CSV in the same encoding and delimiter, or XLSX.

    The reason stands in the first column, so that a row with too many or too few cells stays as it was.
    """
    layout = TableLayout.from_json(run.mapping)
    old = next((column.index for column in layout.columns if column.field == REASON), None)
    header = [REASON_HEADERS[0 if current_locale() == "zh" else 1]]
    header += [column.header for column in layout.columns if column.index != old]
    stem = run.file_name.rpartition(".")[0] or run.file_name
    rows = _rows(session, run.id, old)
    if run.file_kind != "csv":
        body = write_xlsx((_fitted(row, len(header)) for row in rows), header)
        return HandedBack(f"{stem}.rejected.xlsx", _XLSX_TYPE, body)
    body = b"".join(write_csv(rows, header, encoding=run.encoding, delimiter=run.delimiter or ","))
    return HandedBack(f"{stem}.rejected.csv", f"{_CSV_TYPE}; charset={run.encoding.removesuffix('-sig')}", body)


def _rows(session: Session, run_id: int, old_reason: int | None) -> Iterator[list[str]]:
    statement = (
        select(ImportRow.cells, ImportRow.reasons)
        .where(ImportRow.run_id == run_id, ImportRow.outcome == RowOutcome.REJECTED)
        .order_by(ImportRow.row_number)
        .execution_options(yield_per=_AT_ONCE)
    )
    for cells, reasons in session.execute(statement):
        kept = [cell for index, cell in enumerate(cells) if index != old_reason]
        yield [reason_text(reasons), *kept]


def reason_text(reasons: list[dict[str, object]]) -> str:
    """All reasons of a row in one cell, in the reader's language."""
    return " ".join(str(RowReason.from_json(kept)) for kept in reasons)


def _fitted(row: list[str], width: int) -> list[str]:
    return (row + [""] * width)[:width]
