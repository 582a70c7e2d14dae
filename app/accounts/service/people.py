"""The people of a firm: roles changed, accounts closed, the management handed over. One event each."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.actions import HAND_OVER, MANAGE_PEOPLE
from app.accounts.domain import FIRM_ROLE_LABELS, decide_manager_stays
from app.accounts.models import EnterpriseUser
from app.accounts.service.signing_in import end_sessions
from app.enterprises.models import Enterprise
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor, ActorKind, FirmRole
from app.kit.clock import today
from app.kit.errors import Conflict, NotFound
from app.kit.i18n import _
from app.kit.permissions import Action, Place, require


def change_firm_role(
    session: Session, *, actor: Actor, enterprise: Enterprise, user_id: int, role: FirmRole, now: datetime
) -> bool:
    """Give a person of the firm another role; whether it is another one.

    Raises `NotFound`, or `Conflict` for a closed account and for the firm's last manager.
    """
    people = _locked(session, actor, MANAGE_PEOPLE, enterprise)
    user = _active(people, user_id)
    if user.role == role:
        return False
    if role is not FirmRole.MANAGER:
        decide_manager_stays(_managers(people), user.id)
    before, user.role = user.role, role
    changes = {"role": (before, str(role))}
    record(
        session,
        actor=actor,
        now=now,
        type="enterprise_user.role",
        subject=people_of(enterprise),
        changes=changes,
        data={"note": user.name},
    )
    return True


def hand_over(session: Session, *, actor: Actor, enterprise: Enterprise, user_id: int, now: datetime) -> EnterpriseUser:
    """Make another person of the firm its manager; the actor goes on as an editor.

    Raises `NotFound`, or `Conflict` for a closed account and for handing over to oneself.
    """
    people = _locked(session, actor, HAND_OVER, enterprise)
    user = _active(people, user_id)
    if user.id == actor.id:
        raise Conflict("account.hand_over.self", _("不能移交给自己，请选择另一个人。"))
    user.role = FirmRole.MANAGER
    _active(people, actor.id or 0).role = FirmRole.EDITOR
    reported = {"note": f"{actor.name} → {user.name}"}
    record(
        session, actor=actor, now=now, type="enterprise_user.handed_over", subject=people_of(enterprise), data=reported
    )
    return user


def disable_enterprise_user(
    session: Session, *, actor: Actor, enterprise: Enterprise, user_id: int, now: datetime
) -> None:
    """Close an account; its sessions end at once.

    The firm's own people cannot close their last manager's; the bureau can, for it can invite another one.
    Raises `NotFound` or `Conflict`.
    """
    people = _locked(session, actor, MANAGE_PEOPLE, enterprise)
    user = _active(people, user_id)
    if actor.kind is ActorKind.ENTERPRISE:
        decide_manager_stays(_managers(people), user.id)
    user.disabled_on = today(now)
    end_sessions(session, user)
    reported = {"note": f"{user.name}（{FIRM_ROLE_LABELS[FirmRole(user.role)]}）"}
    record(session, actor=actor, now=now, type="enterprise_user.disabled", subject=people_of(enterprise), data=reported)


def people_of(enterprise: Enterprise) -> SubjectKey:
    """The firm's people as the journal names them: accounts are not exported, so the kind is not "enterprise"."""
    return SubjectKey("enterprise_user", str(enterprise.id), enterprise.name, enterprise.id, enterprise.region_code)


def _locked(session: Session, actor: Actor, action: Action, enterprise: Enterprise) -> list[EnterpriseUser]:
    """The firm's people, held so that two managers cannot unseat each other at once."""
    require(actor, action, Place(enterprise.region_code, enterprise.id))
    statement = select(EnterpriseUser).where(EnterpriseUser.enterprise_id == enterprise.id).order_by(EnterpriseUser.id)
    return list(session.scalars(statement.with_for_update().execution_options(populate_existing=True)))


def _active(people: list[EnterpriseUser], user_id: int) -> EnterpriseUser:
    user = next((user for user in people if user.id == user_id), None)
    if user is None:
        raise NotFound("account.unknown", _("没有这个用户。"))
    if user.disabled_on is not None:
        raise Conflict("account.closed", _("这个账号已停用。"))
    return user


def _managers(people: list[EnterpriseUser]) -> set[int]:
    return {user.id for user in people if user.role == FirmRole.MANAGER and user.disabled_on is None}
