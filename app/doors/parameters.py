"""What may stand after the `?` of an address: text that a database can hold, and not without end."""

from typing import Any

from fastapi import Request
from pydantic import BaseModel, field_validator
from starlette.types import Scope

from app.kit.errors import Invalid
from app.kit.i18n import _

_NUL = b"%00"
#: 64 bits hold every number of 18 digits.
LONGEST_NUMBER = 18


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


def number_in(text: str) -> int | None:
    """The id or position that the text of an address names; None for what no database could hold."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else None


class PageQuery(BaseModel):
    """The filters of a page as they stand in its address; each text is cut where it is longer than anything that is looked for."""

    @field_validator("*", mode="before")
    @classmethod
    def _cut(cls, value: Any) -> Any:
        return value[:400] if isinstance(value, str) else value
