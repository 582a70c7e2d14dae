"""Handing a table to the browser as a file; the journal notes who took which list, how many rows, by which filter."""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.doors import events
from app.doors.pages.documents import content_disposition
from app.doors.requests.deps import clock_of, noting
from app.doors.requests.streams import DatabaseStream
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.clock import shanghai, utc_now
from app.kit.i18n import _
from app.kit.tabular.origin import ExportOrigin
from app.kit.tabular.workbook import SheetFoot, stream_xlsx
from app.kit.tabular.writer import write_csv, write_xlsx

TableFormat = Literal["xlsx", "csv"]
Rows = Iterable[Sequence[Any]]
_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@dataclass(frozen=True)
class TableFile:
    """What a file of a list says besides its rows: their heads, in words which rows they are, and (as a workbook) where it comes from."""

    header: Sequence[str]
    conditions: Sequence[str] = ()
    origin: ExportOrigin | None = None


class CountedRows:
    """Rows, counted as they pass."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[Sequence[Any]]:
        for row in self._rows:
            self.count += 1
            yield row


def download_workbook(request: Request, name: str, rows: Rows, header: Sequence[str]) -> Response:
    """The rows as `name`.xlsx, formula-safe; for what fits into memory."""
    counted = CountedRows(rows)
    body = write_xlsx(counted, header, sheet=name)
    _note(request, name, "xlsx", counted.count, complete=True)
    return Response(body, media_type=_TYPES["xlsx"], headers=_headers(name, "xlsx"))


def stream_table(
    request: Request,
    name: str,
    extension: TableFormat,
    rows: Generator[Sequence[Any]],
    table: TableFile,
) -> Response:
    """The rows as `name`.xlsx or `name`.csv while they are read; `rows` must read from a session of their own."""
    actor: Actor = request.state.actor
    foot = foot_of(actor.name, table.conditions, clock_of(request)())
    blocks = _streamed(request, name, extension, rows, table, foot)
    return DatabaseStream(request, blocks, media_type=_TYPES[extension], headers=_headers(name, extension))


def foot_of(who: str, conditions: Sequence[str], now: datetime) -> SheetFoot:
    """What the pages of a list say at their foot: who took it and when, by which conditions, how many rows."""
    chosen = _("筛选：%(conditions)s") % {"conditions": "；".join(conditions)} if conditions else _("全部")

    def which(count: int) -> str:
        return f"{chosen} · {_('共 %(n)s 行') % {'n': count}}"

    return SheetFoot(f"{who} · {shanghai(now):%Y-%m-%d %H:%M}", which)


def table_blocks(name: str, extension: TableFormat, rows: Rows, table: TableFile, foot: SheetFoot) -> Iterator[bytes]:
    """The rows as a workbook or as CSV, in blocks; only a workbook has a foot on its pages and says where it comes from."""
    if extension == "csv":
        return write_csv(rows, table.header)
    kept = table.origin.sheet() if table.origin else None
    return stream_xlsx(rows, table.header, sheet=name, foot=foot, kept=kept)


def _streamed(
    request: Request,
    name: str,
    extension: TableFormat,
    rows: Generator[Sequence[Any]],
    table: TableFile,
    foot: SheetFoot,
) -> Generator[bytes]:
    counted, complete = CountedRows(rows), False
    try:
        yield from table_blocks(name, extension, counted, table, foot)
        complete = True
    finally:
        rows.close()  # and with it their session
        _note(request, name, extension, counted.count, complete=complete)


def _headers(name: str, extension: str) -> dict[str, str]:
    return {"content-disposition": content_disposition(f"{name}.{extension}"), "cache-control": "no-store"}


def _note(request: Request, name: str, extension: str, count: int, *, complete: bool) -> None:
    data = {"rows": count, "format": extension, "filter": request.url.query, "complete": complete}
    with noting(request) as session:
        note_export(session, request.state.actor, request.url.path, name, data)


def note_export(session: Session, actor: Actor, place: str, name: str, data: Mapping[str, Any]) -> None:
    """Note who took the list `name` and how much of it (`rows`, `complete`); `place` is where it was taken."""
    subject = SubjectKey("export", place, name, region_code=actor.region_prefix)
    kind = events.LIST_EXPORTED if data["complete"] else events.LIST_BROKEN_OFF
    record(session, actor=actor, now=utc_now(), type=kind, subject=subject, data=data)
