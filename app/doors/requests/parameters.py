"""A NUL after the `?` of an address: no database keeps one. What lists read of an address stands in `doors.lists`."""

from fastapi import Request
from starlette.types import Scope

from app.kit.errors import Invalid
from app.kit.i18n import _

_NUL = b"%00"


def drop_nul(scope: Scope) -> None:
    """Take every NUL out of a page's address: no database keeps one, and no page means anything by it."""
    query: bytes = scope["query_string"]
    while _NUL in query:  # taking one out may put the next together
        query = query.replace(_NUL, b"")
    scope["query_string"] = query


def refuse_nul(request: Request) -> None:
    """Tell a machine which parameter holds a NUL; raises `Invalid`."""
    wrong = {name.replace("\0", "") for name, value in request.query_params.multi_items() if "\0" in name + value}
    if wrong:
        detail = _("请求参数有误：%(names)s。") % {"names": "、".join(sorted(wrong))}
        raise Invalid("request.invalid", detail, dict.fromkeys(sorted(wrong), _("含有不能使用的字符（NUL）。")))
