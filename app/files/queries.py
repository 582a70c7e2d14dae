"""Reading the vault. What a list (`lists`) shows, its count shows, can be opened and can be downloaded: one scope for all."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Select, and_, false, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from app.enterprises.queries import visible_to as enterprises_visible_to
from app.files.domain.documents import ABOUT_THE_FIRM
from app.files.models import Document, StoredFile
from app.kit.actor import Actor, ActorKind
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.reference.queries import list_terms


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


def _on_file(enterprise_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Document.enterprise_id == enterprise_id,
        Document.withdrawn_at.is_(None),
        Document.replaced_by.is_(None),
    )
