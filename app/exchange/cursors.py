"""List cursors: opaque, signed, bound to one resource and one region prefix. Pure."""

import base64
import binascii
import hashlib
import hmac

from app.kit.errors import Invalid
from app.kit.i18n import _

_MAC_LENGTH = 12


def encode_cursor(secret: bytes, resource: str, region_prefix: str, last_id: int) -> str:
    """The cursor that asks for what follows the row `last_id`."""
    body = str(last_id).encode()
    return base64.urlsafe_b64encode(_mac(secret, resource, region_prefix, body) + body).decode().rstrip("=")


def decode_cursor(secret: bytes, resource: str, region_prefix: str, cursor: str) -> int:
    """The row id in `cursor`; raises `Invalid("paging.cursor")` for a bad cursor and for another list's or region's."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise _invalid() from None
    mac, body = raw[:_MAC_LENGTH], raw[_MAC_LENGTH:]
    if not hmac.compare_digest(mac, _mac(secret, resource, region_prefix, body)):
        raise _invalid()
    return int(body)


def _mac(secret: bytes, resource: str, region_prefix: str, body: bytes) -> bytes:
    message = b"\n".join((b"cursor", resource.encode(), region_prefix.encode(), body))
    return hmac.digest(secret, message, hashlib.sha256)[:_MAC_LENGTH]


def _invalid() -> Invalid:
    message = _("翻页标记无效：不是本列表、本客户端辖区给出的标记。请去掉 cursor 从头读取。")
    return Invalid("paging.cursor", message, {"cursor": message})
