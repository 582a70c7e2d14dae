"""Errors of the outside as they are kept (`code: what the other side said`) and as people read them."""

from collections.abc import Mapping

from app.kit.i18n import _

_LONGEST = 400


def kept_error(code: str, detail: str = "") -> str:
    """An error as it is kept in a row."""
    return (f"{code}: {detail}" if detail else code)[:_LONGEST]


def reported_error(error: str, reasons: Mapping[str, str]) -> str:
    """A kept error in words; `reasons` names them by code, and `error` for any other. Empty for none."""
    if not error:
        return ""
    code, _colon, detail = error.partition(": ")
    words = _(reasons.get(code, reasons["error"]))
    return f"{words}（{detail}）" if detail else words
