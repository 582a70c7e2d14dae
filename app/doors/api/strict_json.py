"""A JSON body read strictly: a float, NaN, a doubled key, half a character or a bottomless nest is a mistake of the caller,
never an error.
"""

import json
import re
from collections import Counter
from typing import Any

from fastapi import Request

from app.kit.errors import Invalid, TooLarge
from app.kit.i18n import _

LARGEST_BODY = 8 * 1024 * 1024
MOST_DIGITS = 40


class NotExact:
    """Stands where the body has a number that was rounded (a float) or is none (NaN, an endless integer)."""

    def __init__(self, text: str) -> None:
        self.text = text[:MOST_DIGITS]


async def sent_body(request: Request) -> bytes:
    """The body, read once however many ask for it and no further than it may be long; raises `TooLarge` beyond."""
    kept: bytes | None = getattr(request.state, "body", None)
    if kept is not None:
        return kept
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise TooLarge("body.too_large", _("请求内容过大。"))
    request.state.body = bytes(body)
    return bytes(body)


def parse_object(body: bytes) -> dict[str, Any]:
    """`body` as a JSON object; raises `Invalid`. Numbers that are not exact integers come as `NotExact`."""
    try:
        value = json.loads(
            body.decode(),
            parse_int=_integer,
            parse_float=NotExact,
            parse_constant=NotExact,
            object_pairs_hook=_object,
        )
        if re.search(rb"\\u[dD][89a-fA-F]", body):
            json.dumps(value, ensure_ascii=False, default=str).encode()  # half a surrogate pair has no UTF-8
    except (ValueError, RecursionError):
        raise Invalid("body.json", _("请求内容不是有效的 JSON。")) from None
    if not isinstance(value, dict):
        raise Invalid("body.object", _("请求内容应为 JSON 对象。"))
    return value


def _integer(text: str) -> int | NotExact:
    return int(text) if len(text) <= MOST_DIGITS else NotExact(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        ((twice, _times),) = Counter(name for name, _value in pairs).most_common(1)
        twice = twice[:60].encode(errors="replace").decode()
        message = _("“%(name)s”填写了两次。") % {"name": twice}
        raise Invalid("body.repeated", message, {twice: message})
    return found
