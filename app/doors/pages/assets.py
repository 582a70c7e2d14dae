"""Our own files under `/static`: compressed once, and kept by browsers for as long as their address stands."""

import gzip
import re
from functools import lru_cache
from os import PathLike
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

COMPRESSED = frozenset({".css", ".js", ".svg", ".json"})
WORTHWHILE_BYTES = 1024
_REFUSED = re.compile(r";\s*q=0(\.0*)?\s*$")
FOR_GOOD = "public, max-age=31536000, immutable"


class Assets(StaticFiles):
    """Static files: an address with `?v=<fingerprint>` never changes its content, so it may be kept for good."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, gzipped where that helps and the browser takes it."""
        response = await super().get_response(path, scope)
        if isinstance(response, FileResponse) and _wants_gzip(scope, response.path):
            response = _gzipped(response)
        if b"v=" in scope["query_string"] and response.status_code in {200, 304}:
            response.headers["cache-control"] = FOR_GOOD
        return response


def takes_gzip(headers: Headers) -> bool:
    """Whether whoever asks can unpack."""
    named = [part.strip() for part in headers.get("accept-encoding", "").lower().split(",")]
    return any(part.partition(";")[0].strip() == "gzip" and not _REFUSED.search(part) for part in named)


def _wants_gzip(scope: Scope, path: str | PathLike[str]) -> bool:
    headers, file = Headers(scope=scope), Path(path)
    plain = scope["method"] == "GET" and "range" not in headers
    return plain and takes_gzip(headers) and file.suffix in COMPRESSED and file.stat().st_size >= WORTHWHILE_BYTES


def _gzipped(response: FileResponse) -> Response:
    path = Path(response.path)
    packed = Response(_pack(path, path.stat().st_mtime_ns), media_type=response.media_type)
    for name in ("etag", "last-modified"):
        packed.headers[name] = response.headers[name]
    packed.headers["content-encoding"] = "gzip"
    packed.headers["vary"] = "accept-encoding"
    return packed


@lru_cache(maxsize=64)
def _pack(path: Path, modified: int) -> bytes:
    """The gzipped content; `modified` makes a changed file a new entry."""
    return gzip.compress(path.read_bytes(), 9, mtime=0)
