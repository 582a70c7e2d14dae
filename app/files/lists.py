"""The vault as a list: what a viewer sees of it, by kind, year, state and words."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import contains_eager, joinedload

from app.files.domain.documents import EXPIRING_DAYS, DocumentState
from app.files.models import Document
from app.files.queries import scope
from app.kit.lists import filters
from app.kit.lists.source import ListSource
from app.kit.lists.viewer import Viewer
from app.kit.paging import Keyset

EVERYTHING = "all"
FIRST = date(1, 1, 1)
LONGEST_SEARCH = 60


def _in_state(state: str, viewer: Viewer) -> ColumnElement[bool]:
    """The conditions of `document_state`, as the database decides them; without a state what is on file."""
    if state == EVERYTHING:
        return true()
    if state == DocumentState.REPLACED:
        return Document.replaced_by.is_not(None)
    if state == DocumentState.WITHDRAWN:
        return and_(Document.withdrawn_at.is_not(None), Document.replaced_by.is_(None))
    on_file = and_(Document.withdrawn_at.is_(None), Document.replaced_by.is_(None))
    if not state:
        return on_file
    soon = viewer.on + timedelta(days=EXPIRING_DAYS)
    by_day = {
        DocumentState.CURRENT: or_(Document.valid_until.is_(None), Document.valid_until > soon),
        DocumentState.EXPIRING: Document.valid_until.between(viewer.on, soon),
        DocumentState.EXPIRED: Document.valid_until < viewer.on,
    }
    return and_(on_file, by_day[DocumentState(state)])


def _reported(said: str, _viewer: Viewer) -> ColumnElement[bool]:
    words = said[:LONGEST_SEARCH]
    return or_(Document.title.contains(words, autoescape=True), Document.note.contains(words, autoescape=True))


@dataclass(frozen=True)
class DocumentFilter:
    """Which documents; what says nothing does not narrow. Without a state: those on file."""

    kind: Annotated[str, filters.equals(Document.kind)] = ""
    year: Annotated[int | None, filters.Filter(filters.year, filters.equal(Document.year))] = None
    state: Annotated[str, filters.Filter(filters.among((*DocumentState, EVERYTHING)), _in_state, always=True)] = ""
    q: Annotated[str, filters.Filter(filters.text, _reported)] = ""
    enterprise_id: Annotated[int | None, filters.inner(Document.enterprise_id)] = None


DOCUMENTS: ListSource[Document, DocumentFilter] = ListSource(
    kind=DocumentFilter,
    visible=lambda viewer: select(Document).join(Document.enterprise).where(scope(viewer.actor)),
    id=Document.id,
    orders={
        "newest": Keyset([(Document.id, "desc")]),
        "last day": Keyset(
            [(func.coalesce(Document.valid_until, FIRST).label("valid_until"), "asc"), (Document.id, "asc")]
        ),
    },
    options=(contains_eager(Document.enterprise), joinedload(Document.file)),
)


@dataclass(frozen=True)
class OwnDocumentFilter:
    """Which documents of a firm that are on file: of one kind, or of all."""

    kind: Annotated[str, filters.equals(Document.kind)] = ""
    state: Annotated[str, filters.Filter(None, _in_state, always=True)] = ""
    enterprise_id: Annotated[int | None, filters.inner(Document.enterprise_id)] = None


OWN_DOCUMENTS = DOCUMENTS.of_kind(OwnDocumentFilter)
