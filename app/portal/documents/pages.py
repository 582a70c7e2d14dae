"""The firm's own evidence vault as its pages show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.cases.supply.queries import uses_of
from app.doors.pages.document_words import Badge, file_text, kind_choices, state_badge
from app.doors.pages.documents import can_be_shown
from app.files.models import Document


@dataclass(frozen=True)
class PortalDocumentLine:
    """A document: what it is, how it stands, which of the firm's cases it serves."""

    row: Document
    kind: str
    file: str
    badge: Badge
    preview: bool
    cases: tuple[str, ...]

    @property
    def url(self) -> str:
        """Its page in the portal."""
        return f"/portal/documents/{self.row.id}"


def document_lines(session: Session, documents: Sequence[Document], on: date) -> tuple[PortalDocumentLine, ...]:
    """`documents` with the numbers of the cases they serve; a constant number of queries."""
    kinds = dict(kind_choices(session))
    uses = uses_of(session, [row.id for row in documents]) if documents else {}
    return tuple(
        PortalDocumentLine(
            row=row,
            kind=kinds.get(row.kind, row.kind),
            file=file_text(row.file),
            badge=state_badge(row, on),
            preview=can_be_shown(row.file),
            cases=tuple(dict.fromkeys(use.number for use in uses.get(row.id, ()))),
        )
        for row in documents
    )
