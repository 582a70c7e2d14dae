"""Reading the vault. What a list shows, its count shows, can be opened and can be downloaded: one scope for all."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVarTuple

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from app.enterprises.queries import visible_to as enterprises_visible_to
from app.files.domain.documents import ABOUT_THE_FIRM, EXPIRING_DAYS, DocumentState
from app.files.models import Document, StoredFile
from app.kit.actor import Actor, ActorKind
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.paging import Count, Keyset, Page, count_up_to, page
from app.reference.queries import list_terms

Columns = TypeVarTuple("Columns")

FIRST = date(1, 1, 1)
_BY_DAY = Keyset([(func.coalesce(Document.valid_until, FIRST).label("valid_until"), "asc"), (Document.id, "asc")])
_NEWEST = Keyset([(Document.id, "desc")])


@dataclass(frozen=True)
class DocumentFilter:
    """Which documents; an empty field narrows nothing. `state` needs the day `on`; without a state, those on file."""

    enterprise_id: int | None = None
    kind: str = ""
    year: int | None = None
    state: str = ""
    on: date | None = None
    q: str = ""
    everything: bool = False


def get_file(session: Session, file_id: int) -> StoredFile:
    """The stored file; raises NotFound."""
    stored = session.get(StoredFile, file_id)
    if stored is None:
        raise NotFound("files.unknown", _("没有这个文件。"))
    return stored


def scope(actor: Actor, shown: Collection[int] = ()) -> ColumnElement[bool]:
    """The documents that `actor` sees, as a condition on `Document` joined with its `Enterprise`.

    An officer sees those of the firms in the region, a firm its own but what others said about it; a department only
    those of the ids `shown` to it.
    """
    if actor.traits.outside:
        return Document.id.in_(shown) if shown else false()
    if actor.kind is ActorKind.ENTERPRISE:
        return and_(enterprises_visible_to(actor), Document.kind.not_in(ABOUT_THE_FIRM))
    return enterprises_visible_to(actor)


def visible_to(actor: Actor, shown: Collection[int] = ()) -> Select[Document]:
    """All documents that `actor` sees, each with its firm and file loaded."""
    return (
        select(Document)
        .join(Document.enterprise)
        .options(contains_eager(Document.enterprise), joinedload(Document.file))
        .where(scope(actor, shown))
    )


def get_visible_to(
    session: Session, actor: Actor, document_id: int, shown: Collection[int] = (), *, lock: bool = False
) -> Document:
    """The document with its firm and file; raises NotFound when there is none within the actor's reach."""
    statement = visible_to(actor, shown).where(Document.id == document_id)
    if lock:
        statement = statement.with_for_update(of=Document).execution_options(populate_existing=True)
    found = session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound("document.unknown", _("没有找到这份材料，或它不在您可查看的范围内。"))
    return found


def page_visible_to(
    session: Session, actor: Actor, wanted: DocumentFilter, *, cursor: str | None, limit: int
) -> Page[Document]:
    """One page of the filtered list, the newest first."""
    return page(session, _filtered(visible_to(actor), wanted), _NEWEST, cursor, limit)


def count_visible_to(session: Session, actor: Actor, wanted: DocumentFilter) -> Count:
    """How many documents the filtered list has."""
    base: Select[int] = select(Document.id).join(Document.enterprise).where(scope(actor))
    return count_up_to(session, _filtered(base, wanted))


def list_on_file(session: Session, enterprise_id: int, kinds: Sequence[str] | None = None) -> list[Document]:
    """What a firm has on file (of these kinds), with its files, by kind, the newest year and upload first."""
    statement = select(Document).options(joinedload(Document.file)).where(*_on_file(enterprise_id))
    if kinds is not None:
        statement = statement.where(Document.kind.in_(kinds))
    order = (Document.kind, func.coalesce(Document.year, 0).desc(), Document.id.desc())
    return list(session.scalars(statement.order_by(*order)))


def list_documents(session: Session, ids: Collection[int]) -> list[Document]:
    """These documents, on file or not, in the order in which they came; the caller has checked the right to their record."""
    return list(session.scalars(select(Document).where(Document.id.in_(ids)).order_by(Document.id))) if ids else []


def list_versions(session: Session, document: Document) -> list[Document]:
    """The documents that `document` replaced, the last one first."""
    found: list[Document] = []
    ids = [document.id]
    while rows := session.scalars(
        select(Document).options(joinedload(Document.file)).where(Document.replaced_by.in_(ids)).order_by(Document.id)
    ).all():
        found += rows
        ids = [row.id for row in rows]
    return sorted(found, key=lambda row: -row.id)


def list_years(session: Session, enterprise_id: int) -> list[int]:
    """The fiscal years that a firm's documents are about, the latest first."""
    years = select(Document.year).where(Document.enterprise_id == enterprise_id, Document.year.is_not(None))
    return list(session.scalars(years.distinct().order_by(Document.year.desc())))


def yearly_kinds(session: Session) -> frozenset[str]:
    """The kinds of document that are about one fiscal year each."""
    kinds = list_terms(session, "document_kind")["document_kind"]
    return frozenset(kind.code for kind in kinds if kind.data.get("yearly"))


def find_same(session: Session, enterprise_id: int, sha256: str, kind: str, year: int | None) -> Document | None:
    """The document on file with the very same bytes, kind and year, if any."""
    statement = select(Document).join(Document.file).where(*_on_file(enterprise_id), Document.kind == kind)
    same_year = Document.year.is_(None) if year is None else Document.year == year
    return session.scalars(statement.where(same_year, StoredFile.sha256 == sha256).limit(1)).first()


def page_expiring_visible_to(
    session: Session, actor: Actor, on: date, *, cursor: str | None, limit: int
) -> Page[Document]:
    """Documents on file that expire within 60 days of `on`, the earliest last day first."""
    return page(
        session,
        _filtered(visible_to(actor), DocumentFilter(state=DocumentState.EXPIRING, on=on)),
        _BY_DAY,
        cursor,
        limit,
        values_of=lambda row: [row.valid_until, row.id],
    )


def count_expiring_visible_to(session: Session, actor: Actor, on: date) -> Count:
    """How many documents on file expire soon."""
    return count_visible_to(session, actor, DocumentFilter(state=DocumentState.EXPIRING, on=on))


def _filtered(statement: Select[*Columns], wanted: DocumentFilter) -> Select[*Columns]:
    conditions = []
    if wanted.enterprise_id is not None:
        conditions.append(Document.enterprise_id == wanted.enterprise_id)
    if wanted.kind:
        conditions.append(Document.kind == wanted.kind)
    if wanted.year is not None:
        conditions.append(Document.year == wanted.year)
    if wanted.q.strip():
        like = "%" + wanted.q.strip()[:60].replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        conditions.append(or_(Document.title.like(like, escape="\\"), Document.note.like(like, escape="\\")))
    return statement.where(*conditions, *_in_state(wanted))


def _in_state(wanted: DocumentFilter) -> list[ColumnElement[bool]]:
    """The conditions of `document_state`, as the database decides them."""
    if wanted.everything:
        return []
    if wanted.state == DocumentState.REPLACED:
        return [Document.replaced_by.is_not(None)]
    if wanted.state == DocumentState.WITHDRAWN:
        return [Document.withdrawn_at.is_not(None), Document.replaced_by.is_(None)]
    on_file: list[ColumnElement[bool]] = [Document.withdrawn_at.is_(None), Document.replaced_by.is_(None)]
    if wanted.on is None or not wanted.state:
        return on_file
    soon = wanted.on + timedelta(days=EXPIRING_DAYS)
    by_day = {
        DocumentState.CURRENT: or_(Document.valid_until.is_(None), Document.valid_until > soon),
        DocumentState.EXPIRING: Document.valid_until.between(wanted.on, soon),
        DocumentState.EXPIRED: Document.valid_until < wanted.on,
    }
    return [*on_file, by_day[DocumentState(wanted.state)]]


def _on_file(enterprise_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Document.enterprise_id == enterprise_id,
        Document.withdrawn_at.is_(None),
        Document.replaced_by.is_(None),
    )
