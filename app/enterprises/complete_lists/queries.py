"""Reading complete lists: those in force, and what their kinds are called."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.enterprises.complete_lists.denials import LIST_KINDS, VOCABULARIES, ListInForce
from app.enterprises.complete_lists.models import CompleteList, CompleteListDoubt
from app.enterprises.imports.domain import RowDecision
from app.enterprises.imports.models import ImportRow
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.i18n import Bilingual, _
from app.reference.published import kept
from app.reference.queries import list_terms, term_names

#: Decisions by which a row came in after all.
SETTLED = (RowDecision.CONFIRMED, RowDecision.SETTLED)


@kept
def list_in_force(session: Session) -> list[ListInForce]:
    """The lists that were not withdrawn, oldest first."""
    statement = (
        select(CompleteList.id, CompleteList.kinds, CompleteList.complete_from, CompleteList.complete_to)
        .add_columns(CompleteList.region_code, CompleteList.issuer, CompleteList.document)
        .where(CompleteList.withdrawn_at.is_(None))
        .order_by(CompleteList.id)
    )
    return [ListInForce(key, frozenset(kinds), *rest) for key, kinds, *rest in session.execute(statement)]


def read_mark(session: Session) -> tuple[int, ...]:
    """What changes whenever a list comes, goes, or one of its rows is settled."""
    lists = tuple(one.id for one in list_in_force(session))
    if not lists:
        return ()
    settled = (
        select(func.count(), func.coalesce(func.sum(CompleteListDoubt.row_id), 0))
        .join(ImportRow, ImportRow.id == CompleteListDoubt.row_id)
        .where(CompleteListDoubt.list_id.in_(lists), ImportRow.decision.in_(SETTLED))
    )
    number, which = session.execute(settled).one()
    return (*lists, number, int(which))


def get_visible_to(session: Session, actor: Actor, list_id: int, *, lock: bool = False) -> CompleteList:
    """One statement within the actor's region. Raises `NotFound`."""
    row = session.get(CompleteList, list_id, with_for_update=lock or None)
    if row is None or not row.region_code.startswith(actor.region_prefix):
        raise NotFound("complete_list.unknown", _("没有这条名单完整的说明。"))
    return row


def lasting(session: Session) -> Mapping[str, Mapping[str, Any]]:
    """By kind of certificate what is known about its validity."""
    return {
        f"certificate:{term.code}": term.data for term in list_terms(session, "certificate_kind")["certificate_kind"]
    }


def kind_names(session: Session) -> dict[str, Bilingual]:
    """What each kind of list is called."""
    names = {register: term_names(session, vocabulary) for register, vocabulary in VOCABULARIES.items()}
    found = ((kind, names[kind.partition(":")[0]].get(kind.partition(":")[2])) for kind in LIST_KINDS)
    return {kind: name for kind, name in found if name is not None}


def kinds_text(session: Session, kinds: Iterable[str]) -> str:
    """Kinds of list in the reader's words, in their order."""
    names, wanted = kind_names(session), set(kinds)
    return "、".join(str(name) for kind, name in names.items() if kind in wanted)


def list_of_import(session: Session, import_id: int) -> Sequence[CompleteList]:
    """The statements that came with an import and stand."""
    statement = select(CompleteList).where(CompleteList.import_id == import_id, CompleteList.withdrawn_at.is_(None))
    return session.scalars(statement.order_by(CompleteList.id)).all()


def count_doubts(session: Session, row: CompleteList) -> int:
    """How many rows of a list have not come in: whom they name it denies nothing."""
    return count_doubts_of(session, [row.id]).get(row.id, 0)


def count_doubts_of(session: Session, list_ids: Sequence[int]) -> dict[int, int]:
    """The same of several lists, those without any left out."""
    statement = (
        select(CompleteListDoubt.list_id, func.count())
        .join(ImportRow, ImportRow.id == CompleteListDoubt.row_id)
        .where(CompleteListDoubt.list_id.in_(list_ids), ImportRow.decision.not_in(SETTLED))
        .group_by(CompleteListDoubt.list_id)
    )
    return dict(session.execute(statement).all())
