"""The files of a batch: the workbook in the partner's column order, and the cover list to be stamped."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from typing import IO

from starlette.responses import Response, StreamingResponse

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.pages.documents import content_disposition
from app.doors.requests.deps import noting
from app.exchange.actions import HAND_OVER
from app.exchange.sheets import events
from app.exchange.sheets.service import get_batch, make_cover, make_workbook, note_taken

router = GuardedRouter(door="web", prefix="/exchange/handovers")

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BLOCK = 256 * 1024


@router.get("/{number}.xlsx", action=HAND_OVER, slow=True)
def workbook(call: Call, number: str) -> Response:
    """All records of the batch; written to disk first, so that a large one takes no memory."""
    batch = get_batch(call.session, call.actor, number)
    with ExitStack() as stack:
        file = stack.enter_context(tempfile.TemporaryFile())
        count = make_workbook(call.session, file, batch)
        with noting(call.request) as writing:
            note_taken(writing, batch, **call.by, kind=events.WORKBOOK_TAKEN, records=count)
        kept = stack.pop_all()
    name = f"{batch.partner.name}-{number}.xlsx"
    return StreamingResponse(_blocks(file, kept), media_type=_XLSX, headers=_headers(name))


@router.get("/{number}.pdf", action=HAND_OVER, slow=True)
def cover(call: Call, number: str) -> Response:
    """The cover list."""
    batch = get_batch(call.session, call.actor, number)
    body = make_cover(call.session, batch, office=call.settings.office, now=call.now)
    with noting(call.request) as writing:
        note_taken(writing, batch, **call.by, kind=events.COVER_TAKEN, records=batch.row.count)
    return Response(body, media_type="application/pdf", headers=_headers(f"{batch.partner.name}-{number}.pdf"))


def _headers(name: str) -> dict[str, str]:
    return {"content-disposition": content_disposition(name), "cache-control": "no-store"}


def _blocks(file: IO[bytes], kept: ExitStack) -> Iterator[bytes]:
    """The file in blocks; it is gone when the last one went out."""
    with kept:
        file.seek(0)
        while block := file.read(_BLOCK):
            yield block
