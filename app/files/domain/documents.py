"""How a document of a firm stands on a day, and what must be true of one put on file."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from app.kit.errors import Conflict, Invalid
from app.kit.i18n import _

EXPIRING_DAYS = 60
"""So many days before its last day a document is listed as expiring soon."""

ABOUT_THE_FIRM = frozenset({"department-opinion"})
"""Kinds of document that others made about a firm for the bureau: the firm does not see them among its own."""


class DocumentState(StrEnum):
    """A document on file is current, soon to expire or expired; else another one replaced it or it was withdrawn."""

    CURRENT = "current"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"

    @property
    def on_file(self) -> bool:
        """Whether it lies on file, valid or not."""
        return self not in (DocumentState.REPLACED, DocumentState.WITHDRAWN)


class Dated(Protocol):
    """What tells how a document stands: its row."""

    @property
    def valid_until(self) -> date | None:
        """The last day on which it may serve; None: without end."""
        ...

    @property
    def withdrawn_at(self) -> datetime | None:
        """When it was taken off file."""
        ...

    @property
    def replaced_by(self) -> int | None:
        """The document that took its place."""
        ...


def document_state(document: Dated, on: date) -> DocumentState:
    """How `document` stands on `on`; on its last day it still serves."""
    if document.replaced_by is not None:
        return DocumentState.REPLACED
    if document.withdrawn_at is not None:
        return DocumentState.WITHDRAWN
    if document.valid_until is None:
        return DocumentState.CURRENT
    left = (document.valid_until - on).days
    if left < 0:
        return DocumentState.EXPIRED
    return DocumentState.EXPIRING if left <= EXPIRING_DAYS else DocumentState.CURRENT


def may_serve(document: Dated, on: date) -> bool:
    """Whether it lies on file and has not expired on `on`."""
    return document_state(document, on) in (DocumentState.CURRENT, DocumentState.EXPIRING)


def decide_on_file(document: Dated) -> None:
    """Raise `Conflict` unless the document may still be changed: one that was replaced or withdrawn stays as it is."""
    if document.replaced_by is not None or document.withdrawn_at is not None:
        raise Conflict("document.off_file", _("这份材料已被替换或撤下，不能再改动。"))


def check_dates(kind: Mapping[str, object], year: int | None, issued_on: date | None, valid_until: date | None) -> None:
    """Raise `Invalid` for a document of a `kind` (the data of its term) without its year, or that ends before it begins."""
    errors: dict[str, str] = {}
    if kind.get("yearly") and year is None:
        errors["year"] = _("这类材料按年度归档，请填写所属年度。")
    if issued_on and valid_until and valid_until < issued_on:
        errors["valid_until"] = _("有效期截止日不能早于出具日期。")
    if errors:
        raise Invalid("document.dates", " ".join(errors.values()), errors)
