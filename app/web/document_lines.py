"""How documents of the vault read on the bureau's pages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.cases.supply.queries import Use, uses_of
from app.doors.documents import can_be_shown
from app.files.domain.documents import DocumentState, document_state
from app.files.domain.kinds import HANDLING, FileKind
from app.files.models import Document, StoredFile
from app.kit.i18n import N_, _
from app.programmes.queries import Catalogue, load_catalogue
from app.reference.queries import list_terms
from app.web.enterprise_words import Badge

KINDS = "document_kind"
STATE_LABELS = {
    DocumentState.CURRENT: N_("有效"),
    DocumentState.EXPIRING: N_("即将到期"),
    DocumentState.EXPIRED: N_("已过期"),
    DocumentState.REPLACED: N_("已替换"),
    DocumentState.WITHDRAWN: N_("已撤下"),
}
_TONES = {DocumentState.CURRENT: "good", DocumentState.EXPIRING: "wait", DocumentState.EXPIRED: "late"}
_UNITS = ("B", "KB", "MB", "GB")
_STEP = 1024


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


def kind_choices(session: Session) -> tuple[tuple[str, str], ...]:
    """The kinds of document to choose from."""
    return tuple((choice.code, choice.label) for choice in list_terms(session, KINDS)[KINDS])


def document_lines(session: Session, documents: Sequence[Document], on: date) -> tuple[DocumentLine, ...]:
    """`documents` with the cases they serve; a constant number of queries."""
    kinds = dict(kind_choices(session))
    uses = uses_of(session, [row.id for row in documents])
    catalogue = load_catalogue(session) if uses else None
    return tuple(_line(row, kinds, uses.get(row.id, []), catalogue, on) for row in documents)


def _line(
    row: Document, kinds: Mapping[str, str], uses: Iterable[Use], catalogue: Catalogue | None, on: date
) -> DocumentLine:
    state = document_state(row, on)
    return DocumentLine(
        row=row,
        url=f"/documents/{row.id}",
        kind=kinds.get(row.kind, row.kind),
        file=file_text(row.file),
        badge=state_badge(row, on),
        may_serve=state in (DocumentState.CURRENT, DocumentState.EXPIRING),
        preview=can_be_shown(row.file),
        uses=tuple(_use(use, catalogue) for use in uses) if catalogue else (),
    )


def _use(use: Use, catalogue: Catalogue) -> UseLine:
    programme = catalogue.get(use.programme_code, use.programme_version)
    title = next((str(asked.title) for asked in programme.materials if asked.code == use.material), use.material)
    return UseLine(use.number, f"/cases/{use.number}", f"{title} {use.year}" if use.year else title)


def state_badge(row: Document, on: date) -> Badge:
    """How a document stands, with its last day where it has one."""
    state = document_state(row, on)
    text = _(STATE_LABELS[state])
    if state.on_file and row.valid_until:
        text = _("%(state)s，至 %(day)s") % {"state": text, "day": row.valid_until.isoformat()}
    return _TONES.get(state, "idle"), text


def file_text(file: StoredFile) -> str:
    """A file as `审计报告.pdf · PDF · 1.2 MB`."""
    return " · ".join((file.name, _(HANDLING[FileKind(file.kind)].label), size_text(file.size)))


def size_text(size: int) -> str:
    """A size of bytes as `812 B`, `1.2 MB`."""
    value, unit = size, 0
    tenths = size * 10
    while value >= _STEP and unit < len(_UNITS) - 1:
        value, tenths, unit = value // _STEP, tenths // _STEP, unit + 1
    return f"{tenths // 10}.{tenths % 10} {_UNITS[unit]}" if unit else f"{size} B"
