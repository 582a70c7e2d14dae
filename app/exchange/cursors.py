"""List cursors: opaque, signed, bound to one list: its resource, its region prefix, its filter. Pure."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass

from app.kit.errors import Invalid
from app.kit.i18n import _

_MAC_LENGTH = 12


@dataclass(frozen=True)
class CursorScope:
    """The list that a cursor belongs to; `filter` is what narrows it, as text."""

    resource: str
    region_prefix: str
    filter: str = ""


def encode_cursor(secret: bytes, walk: CursorScope, last_id: int) -> str:
    """The cursor that asks for what follows the row `last_id`."""
    body = str(last_id).encode()
    return base64.urlsafe_b64encode(_mac(secret, walk, body) + body).decode().rstrip("=")


def decode_cursor(secret: bytes, walk: CursorScope, cursor: str) -> int:
    """The row id in `cursor`; raises `Invalid("paging.cursor")` for a bad one and for another list's, region's or filter's."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise _invalid() from None
    mac, body = raw[:_MAC_LENGTH], raw[_MAC_LENGTH:]
    if not hmac.compare_digest(mac, _mac(secret, walk, body)):
        raise _invalid()
    return int(body)


def _mac(secret: bytes, walk: CursorScope, body: bytes) -> bytes:
    parts = ("cursor", walk.resource, walk.region_prefix, walk.filter)
    return hmac.digest(secret, b"\n".join((*(part.encode() for part in parts), body)), hashlib.sha256)[:_MAC_LENGTH]


def _invalid() -> Invalid:
    message = _("翻页标记无效：不是本列表、本客户端辖区、同一筛选条件给出的标记。请去掉 cursor 从头读取。")
    return Invalid("paging.cursor", message, {"cursor": message})
