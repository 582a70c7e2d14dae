"""How an answer goes out: with a validator (ETag), not at all when the caller holds it already, compressed when it takes that."""

import hashlib
import zlib
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Header, Request
from starlette.responses import Response

from app.exchange.json_values import dumps

NOT_MODIFIED = 304
WORTH_COMPRESSING = 600
_LEVEL = 1  # the fastest already makes a sixth of these records, or less
_GZIP = 16 + zlib.MAX_WBITS

IfNoneMatch = Annotated[
    str | None, Header(max_length=2_000, description="`ETag` of the answer you hold; 304 when it is still good")
]


class Representation:
    """What the caller can take and what it holds already."""

    def __init__(self, request: Request, if_none_match: IfNoneMatch = None) -> None:
        self.compressed = takes_gzip(request.headers.get("accept-encoding", ""))
        self._held = frozenset(tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(","))

    def holds(self, tag: str) -> bool:
        """Whether the caller has the answer with this validator (compared weakly, as RFC 9110 §13.1.2 asks)."""
        return tag.removeprefix("W/") in self._held or "*" in self._held

    def headers(self, tag: str) -> dict[str, str]:
        """What an answer with this validator bears, a 304 included."""
        return {"etag": tag, "cache-control": "private, no-cache", "vary": "authorization, accept-encoding"}

    def of(self, value: Any, media_type: str = "application/json") -> Response:
        """`value` as compact JSON, or 304."""
        return self.of_written(dumps(value), media_type)

    def of_written(self, body: bytes, media_type: str = "application/json") -> Response:
        """What is JSON already, or 304. The tag is strong: it differs between the compressed and the plain answer."""
        compress = self.compressed and len(body) >= WORTH_COMPRESSING
        digest = hashlib.blake2b(body, digest_size=16).hexdigest()
        headers = self.headers(f'"{digest}.gz"' if compress else f'"{digest}"')
        if self.holds(headers["etag"]):
            return Response(status_code=NOT_MODIFIED, headers=headers)
        if compress:
            headers["content-encoding"] = "gzip"
            body = zlib.compress(body, _LEVEL, _GZIP)
        return Response(body, media_type=media_type, headers=headers)


def compressed(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The blocks as one gzip stream, each sent on as soon as it is there."""
    packer = zlib.compressobj(_LEVEL, wbits=_GZIP)
    for block in blocks:
        yield packer.compress(block) + packer.flush(zlib.Z_SYNC_FLUSH)
    yield packer.flush()


def takes_gzip(accept_encoding: str) -> bool:
    """Whether an `Accept-Encoding` takes gzip: named, or by `*`, and not with the quality 0."""
    accepted: dict[str, bool] = {}
    for part in accept_encoding.lower().split(","):
        name, _semicolon, quality = part.partition(";")
        accepted[name.strip()] = quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return accepted.get("gzip", accepted.get("*", False))
