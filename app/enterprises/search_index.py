"""The search index beside the register: one row of terms per firm, written with the firm, asked by both databases.

SQLite keeps it as an FTS5 table, PostgreSQL as text[] under GIN (migration 0010 makes either, 0180 adds the fours).
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    column,
    false,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from app.enterprises.domain.search import query_terms, query_words, search_document, search_terms
from app.enterprises.models import Enterprise, FormerCode, FormerName
from app.kit.bulk import insert_rows

BATCH = 500

_SQLITE = table("enterprise_search", column("rowid", Integer), column("terms", Text))
_POSTGRESQL = table("enterprise_search", column("enterprise_id", BigInteger), column("terms", ARRAY(Text)))

_DELETE = {
    "sqlite": text("delete from enterprise_search where rowid = :id"),
    "postgresql": text("delete from enterprise_search where enterprise_id = :id"),
}


def index_new(session: Session, documents: Sequence[tuple[int, str]]) -> None:
    """Add (id, search text) of firms that are not in the index yet."""
    dialect = session.get_bind().dialect.name
    target = _SQLITE if dialect == "sqlite" else _POSTGRESQL
    insert_rows(session, target, (_row(dialect, key, document) for key, document in documents))


def remove_from_index(session: Session, ids: Sequence[int]) -> None:
    """Take firms out of the index, which go themselves."""
    session.execute(_DELETE[session.get_bind().dialect.name], [{"id": key} for key in ids])


def reindex(session: Session, ids: Iterable[int] | None = None) -> None:
    """Bring search text and index of these firms (all when None) up to date with names and codes, in batches."""
    wanted = list(session.scalars(select(Enterprise.id).order_by(Enterprise.id))) if ids is None else list(ids)
    session.flush()
    for at in range(0, len(wanted), BATCH):
        _reindex_batch(session, wanted[at : at + BATCH])


def _reindex_batch(session: Session, ids: list[int]) -> None:
    names = _grouped(session, FormerName.enterprise_id, FormerName.name, ids)
    codes = _grouped(session, FormerCode.enterprise_id, FormerCode.uscc, ids)
    documents = []
    merged = []
    for firm in session.scalars(select(Enterprise).where(Enterprise.id.in_(ids))):
        if firm.merged_into_id is not None:  # whoever looks for it finds the firm that it is
            firm.search_text = ""
            merged.append(firm.id)
            continue
        firm.search_text = search_document([firm.name, *names.get(firm.id, [])], [firm.uscc, *codes.get(firm.id, [])])
        documents.append((firm.id, firm.search_text))
    session.flush()
    if present := [*merged, *(key for key, _document in documents)]:
        remove_from_index(session, present)
        index_new(session, documents)


def _grouped(session: Session, owner: object, value: object, ids: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for key, item in session.execute(select(owner, value).where(owner.in_(ids))):  # type: ignore[call-overload,attr-defined]
        found.setdefault(key, []).append(item)
    return found


def _row(dialect: str, key: int, document: str) -> dict[str, object]:
    terms = search_terms(document)
    return (
        {"rowid": key, "terms": " ".join(terms)} if dialect == "sqlite" else {"enterprise_id": key, "terms": [*terms]}
    )


def matching(session: Session, query: str) -> ColumnElement[bool] | None:
    """The condition that a firm contains every word of `query`; None for an empty one.

    A query of nothing but punctuation finds nothing. The index narrows by terms; the comparison with the text makes sure of the order of several. A word that is an
    index term itself is not compared: that would only lead the planner to read every firm.
    """
    words = query_words(query)
    if not words:
        return false() if query.strip() else None
    terms = sorted({term for word in words for term in query_terms(word)})
    confirmed = [Enterprise.search_text.like(f"%{word}%") for word in words if word not in terms]
    return and_(Enterprise.id.in_(ids_with(session.get_bind().dialect.name, terms)), *confirmed)


def containing(query: str) -> ColumnElement[bool] | None:
    """The same as `matching`, by a look at the text of each firm."""
    words = query_words(query)
    if not words:
        return false() if query.strip() else None
    return and_(*(Enterprise.search_text.like(f"%{word}%") for word in words))


def ids_with(dialect: str, terms: list[str]) -> Select[int]:
    """The firms whose index row holds all of `terms`."""
    if dialect == "sqlite":
        quoted = " ".join(f'"{term}"' for term in terms)
        return select(_SQLITE.c.rowid).where(literal_column("enterprise_search").op("match")(quoted))
    return select(_POSTGRESQL.c.enterprise_id).where(_POSTGRESQL.c.terms.contains(terms))
