"""A body that is a file: received into a nameless file on the disk, in constant memory and no further than it may be long."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from app.exchange.signatures import SIGNATURE_HEADER, file_digest
from app.kit.errors import Invalid, TooLarge
from app.kit.i18n import _

_PIECE = 1024 * 1024
_MB = 1024 * 1024


@dataclass(frozen=True)
class SentFile:
    """What a machine sent, to be read from its beginning; `digest` is its SM3 in hex where the call bears a signature."""

    source: BinaryIO
    digest: str = ""


@asynccontextmanager
async def received(request: Request, limit: int, folder: Path) -> AsyncIterator[SentFile]:
    """The body in a file of `folder` that has no name: it is gone when the block ends, and when the process does.

    Raises `TooLarge` as soon as it is known to have more than `limit` bytes, `Invalid` where its sender goes before its end.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit:
        raise _too_large(limit)
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryFile(dir=folder) as file:
        try:
            await _receive(request, file, limit)
        except ClientDisconnect:
            raise Invalid("body.incomplete", _("文件没有传完，没有保存。")) from None
        digest = await run_in_threadpool(file_digest, file) if SIGNATURE_HEADER in request.headers else ""
        file.seek(0)
        yield SentFile(file, digest)


async def _receive(request: Request, file: BinaryIO, limit: int) -> None:
    piece, size = bytearray(), 0
    async for chunk in request.stream():
        piece += chunk
        if size + len(piece) > limit:
            raise _too_large(limit)
        if len(piece) >= _PIECE or not chunk:
            await run_in_threadpool(file.write, piece)
            size += len(piece)
            piece = bytearray()
    file.write(piece)


def _too_large(limit: int) -> TooLarge:
    return TooLarge("body.too_large", _("文件超过上限 %(limit)s MB。") % {"limit": limit // _MB})
