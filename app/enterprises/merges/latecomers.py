"""Whoever waited for a merge to end and writes to the firm that went is told; one place for all that writes, at the journal's end.

On PostgreSQL a writer who has read the firm before waits for the merge's lock with its first row, and goes on when the merge is done, without looking
again. A merge that comes after that row waits for the writer, and takes the row along.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased
from sqlalchemy.orm.util import identity_key

from app.enterprises.merges import events
from app.enterprises.merges.domain import MergedMeanwhile
from app.enterprises.models import Enterprise
from app.journal.domain import PendingEvent
from app.journal.service import FIRMS, LastLook
from app.kit.i18n import _
from app.kit.membership import one_of_named


def _refuse(session: Session, pending: Sequence[PendingEvent], merged: Sequence[int]) -> None:
    """Raise `MergedMeanwhile` for a firm of which the transaction does not know that it went into another."""
    own = {event.subject.enterprise_id for event in pending if event.type == events.MERGED_AWAY}
    for firm_id in merged:
        if firm_id not in own and not _is_known(session, firm_id):
            raise _meanwhile(session, firm_id)


def _is_known(session: Session, firm_id: int) -> bool:
    known: Any = session.identity_map.get(identity_key(Enterprise, firm_id))
    return known is not None and known.merged_into_id is not None


def _meanwhile(session: Session, firm_id: int) -> MergedMeanwhile:
    into = aliased(Enterprise)
    wanted = select(Enterprise.name, into.name, into.uscc).join(into, into.id == Enterprise.merged_into_id)
    name, other, code = session.execute(wanted.where(Enterprise.id == firm_id)).one()
    message = _("“%(name)s”刚刚并入“%(other)s”（%(code)s），您的修改没有保存。请在后者的页面上重新填写。")
    return MergedMeanwhile("enterprise.merged_meanwhile", message % {"name": name, "other": other, "code": code})


_MERGED = select(func.array_agg(Enterprise.id)).where(
    one_of_named(Enterprise.id, FIRMS), Enterprise.merged_into_id.is_not(None)
)
LAST_LOOK = LastLook(_MERGED.scalar_subquery(), _refuse)
