"""How documents of the vault read on the bureau's pages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.cases.supply.queries import Use, uses_of
from app.doors.pages.document_words import Badge, file_text, kind_choices, state_badge
from app.doors.pages.documents import can_be_shown
from app.files.domain.documents import DocumentState, document_state
from app.files.models import Document
from app.programmes.queries import Catalogue, load_catalogue


@dataclass(frozen=True)
class UseLine:
    """A case that the document serves, and as what."""

    number: str
    url: str
    title: str


@dataclass(frozen=True)
class DocumentLine:
    """A document in a table: what it is, how it stands, what it serves."""

    row: Document
    url: str
    kind: str
    file: str
    badge: Badge
    may_serve: bool
    preview: bool
    uses: tuple[UseLine, ...]


def document_lines(
    session: Session, documents: Sequence[Document], on: date, catalogue: Catalogue | None = None
) -> tuple[DocumentLine, ...]:
    """`documents` with the cases they serve; three queries at most, two where the page has the `catalogue` already."""
    kinds = dict(kind_choices(session))
    uses = uses_of(session, [row.id for row in documents])
    if uses and catalogue is None:
        catalogue = load_catalogue(session)
    return tuple(_line(row, kinds, uses.get(row.id, []), catalogue, on) for row in documents)


def _line(
    row: Document, kinds: Mapping[str, str], uses: Iterable[Use], catalogue: Catalogue | None, on: date
) -> DocumentLine:
    state = document_state(row, on)
    return DocumentLine(
        row=row,
        url=f"/documents/{row.id}",
        kind=kinds.get(row.kind, row.kind),
        file=file_text(row.file, row.title),
        badge=state_badge(row, on),
        may_serve=state in (DocumentState.CURRENT, DocumentState.EXPIRING),
        preview=can_be_shown(row.file),
        uses=tuple(_use(use, catalogue) for use in uses) if catalogue else (),
    )


def _use(use: Use, catalogue: Catalogue) -> UseLine:
    programme = catalogue.get(use.programme_code, use.programme_version)
    title = next((str(asked.title) for asked in programme.materials if asked.code == use.material), use.material)
    return UseLine(use.number, f"/cases/{use.number}", f"{title} {use.year}" if use.year else title)
