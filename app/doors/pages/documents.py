"""Handing a document of the vault to a browser: under its own name, and unable to do anything there."""

from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from app.files.domain.kinds import HANDLING, FileKind
from app.files.models import StoredFile
from app.files.vault import Vault
from app.kit.errors import NotFound
from app.kit.i18n import _

_ALONE = "default-src 'none'; frame-ancestors 'self'"
#: A picture runs nothing, whatever is hidden in it. Browsers show no PDF inside a sandbox; their viewers run none of its scripts in our name.
_POLICIES = {FileKind.PDF: f"{_ALONE}; object-src 'self'; style-src 'unsafe-inline'"}


def content_disposition(name: str, *, inline: bool = False) -> str:
    """The header that gives a file its name, Chinese ones included (RFC 5987)."""
    return f"{'inline' if inline else 'attachment'}; filename*=UTF-8''{quote(name, safe='')}"


def can_be_shown(file: StoredFile) -> bool:
    """Whether a browser may show it in place: pictures and PDF."""
    return HANDLING[FileKind(file.kind)].shown_inline


def send_file(vault: Vault, file: StoredFile, *, inline: bool = False) -> Response:
    """The bytes of `file`; raises NotFound when it cannot be shown in place, or its bytes are not there."""
    if inline and not can_be_shown(file):
        raise NotFound("files.no_preview", _("这种文件不能在网页中预览，请下载后查看。"))
    kind = FileKind(file.kind)
    headers = {
        "content-disposition": content_disposition(file.name, inline=inline),
        "content-length": str(file.size),
        "content-security-policy": _POLICIES.get(kind, f"sandbox; {_ALONE}") if inline else f"sandbox; {_ALONE}",
        "x-content-type-options": "nosniff",
        "cache-control": "private, no-store",
    }
    if inline:
        headers["x-frame-options"] = "SAMEORIGIN"
    media_type = HANDLING[kind].media_type if inline else "application/octet-stream"
    return StreamingResponse(vault.blobs.stream(file.sha256), media_type=media_type, headers=headers)
