"""Handing a table to the browser as a file; the journal notes who took which list, how many rows, by which filter."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Literal

from fastapi import Request
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
from app.kit.tabular.workbook import SheetFoot, stream_xlsx
from app.kit.tabular.writer import write_csv, write_xlsx

TableFormat = Literal["xlsx", "csv"]
Rows = Iterable[Sequence[Any]]
_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


class _Counted:
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
    counted = _Counted(rows)
    body = write_xlsx(counted, header, sheet=name)
    _note(request, name, "xlsx", counted.count, complete=True)
    return Response(body, media_type=_TYPES["xlsx"], headers=_headers(name, "xlsx"))


def stream_table(
    request: Request,
    name: str,
    extension: TableFormat,
    rows: Generator[Sequence[Any]],
    header: Sequence[str],
    conditions: Sequence[str] = (),
) -> Response:
    """The rows as `name`.xlsx or `name`.csv while they are read; `rows` must read from a session of their own.

    `conditions` tell in words which rows they are: a printed page says so at its foot.
    """
    actor: Actor = request.state.actor
    foot = foot_of(actor.name, conditions, clock_of(request)())
    blocks = _streamed(request, name, extension, rows, header, foot)
    return DatabaseStream(request, blocks, media_type=_TYPES[extension], headers=_headers(name, extension))


def foot_of(who: str, conditions: Sequence[str], now: datetime) -> SheetFoot:
    """What the pages of a list say at their foot: who took it and when, by which conditions, how many rows."""
    chosen = _("筛选：%(conditions)s") % {"conditions": "；".join(conditions)} if conditions else _("全部")

    def which(count: int) -> str:
        return f"{chosen} · {_('共 %(n)s 行') % {'n': count}}"

    return SheetFoot(f"{who} · {shanghai(now):%Y-%m-%d %H:%M}", which)


def _streamed(
    request: Request,
    name: str,
    extension: TableFormat,
    rows: Generator[Sequence[Any]],
    header: Sequence[str],
    foot: SheetFoot,
) -> Generator[bytes]:
    counted, complete = _Counted(rows), False
    try:
        if extension == "xlsx":
            yield from stream_xlsx(counted, header, sheet=name, foot=foot)
        else:
            yield from write_csv(counted, header)
        complete = True
    finally:
        rows.close()  # and with it their session
        _note(request, name, extension, counted.count, complete=complete)


def _headers(name: str, extension: str) -> dict[str, str]:
    return {"content-disposition": content_disposition(f"{name}.{extension}"), "cache-control": "no-store"}


def _note(request: Request, name: str, extension: str, count: int, *, complete: bool) -> None:
    actor: Actor = request.state.actor
    subject = SubjectKey("export", request.url.path, name, region_code=actor.region_prefix)
    data = {"rows": count, "format": extension, "filter": request.url.query, "complete": complete}
    kind = events.LIST_EXPORTED if complete else events.LIST_BROKEN_OFF
    with noting(request) as session:
        record(session, actor=actor, now=utc_now(), type=kind, subject=subject, data=data)
