"""Choosing the class II property that serves a case; the database lets each serve one case only."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.cases import actions, events
from app.cases.domain.rights import RightsChange, decide_choice
from app.cases.domain.state import CaseState
from app.cases.loaded import LoadedCase, load_case
from app.cases.models import ClassTwoUse
from app.cases.queries import list_rights
from app.cases.schemas import ChooseRights
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import _


def choose_rights(session: Session, *, actor: Actor, now: datetime, number: str, command: ChooseRights) -> RightsChange:
    """Let exactly these class II rights serve the case. One event.

    Raises `Conflict` (used elsewhere, used up by the submission, stale) or `Invalid` (not the firm's, no change).
    """
    case = load_case(session, actor=actor, action=actions.CHOOSE_RIGHTS, number=number)
    case.check_version(command.version)
    _check_applicable(case)
    rights = list_rights(session, case.row.enterprise_id)
    chosen = frozenset(right.id for right in rights if right.used_by_number == number)
    change = decide_choice(
        number, case.row.submitted_on is not None, rights, chosen, frozenset(command.ip_ids), today(now)
    )
    if not change.added and not change.removed:
        raise Invalid("case.rights.unchanged", _("所选知识产权没有变化。"))
    _write(case, change, now)
    case.touched(now)
    before = sorted(right.name for right in rights if right.id in chosen)
    after = sorted(right.name for right in rights if right.id in set(command.ip_ids))
    case.record(actor=actor, now=now, type=events.RIGHTS_CHOSEN, changes={"rights": (before, after)})
    return change


def _check_applicable(case: LoadedCase) -> None:
    if case.row.state != CaseState.OPEN:
        raise Conflict("case.closed", _("该件已办结，不能再改动。"))
    if not case.programme.uses_class_two:
        raise Invalid("case.rights.not_used", _("该培育通道不使用Ⅱ类知识产权。"))


def _write(case: LoadedCase, change: RightsChange, now: datetime) -> None:
    """Release and add; a unique index catches the rival who was a moment faster."""
    session, day = case.session, today(now)
    if change.removed:
        session.execute(
            update(ClassTwoUse)
            .where(
                ClassTwoUse.case_id == case.row.id,
                ClassTwoUse.released_on.is_(None),
                ClassTwoUse.ip_id.in_([right.id for right in change.removed]),
            )
            .values(released_on=day)
        )
    used_on = day if case.row.submitted_on else None
    try:
        with session.begin_nested():
            session.add_all(
                ClassTwoUse(case_id=case.row.id, ip_id=right.id, chosen_on=day, used_on=used_on)
                for right in change.added
            )
            session.flush()
    except IntegrityError:
        raise Conflict("case.rights.taken", _("所选知识产权刚被另一件选用，请刷新后重选。")) from None
