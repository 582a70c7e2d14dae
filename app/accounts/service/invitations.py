"""Enterprise users: invited by an officer or by a manager of the firm, through a one-time link."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.actions import MANAGE_PEOPLE
from app.accounts.domain import (
    FIRM_ROLE_LABELS,
    INVITATION_LIFE,
    check_login,
    digest,
    invitation_state,
    new_secret,
)
from app.accounts.models import EnterpriseUser, Invitation
from app.accounts.passwords import Passwords
from app.accounts.queries import actor_of
from app.accounts.service.people import people_of
from app.accounts.service.signing_in import STRICT
from app.enterprises.models import Enterprise
from app.journal.service import record
from app.kit.actor import Actor, ActorKind, FirmRole
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.i18n import _
from app.kit.permissions import Place, require


def invite(
    session: Session,
    *,
    actor: Actor,
    enterprise: Enterprise,
    name: str,
    now: datetime,
    role: FirmRole = FirmRole.MANAGER,
) -> str:
    """The secret of a new one-time link for somebody in this role, valid for seven days; only its hash is kept."""
    require(actor, MANAGE_PEOPLE, Place(enterprise.region_code, enterprise.id))
    secret = new_secret()
    invitation = Invitation(
        enterprise_id=enterprise.id,
        token_hash=digest(secret),
        invited_name=name.strip()[:64],
        role=role,
        invited_by=actor.id if actor.kind is ActorKind.OFFICER else None,
        created_at=now,
        expires_at=now + INVITATION_LIFE,
    )
    session.add(invitation)
    reported = {"note": f"{invitation.invited_name}（{FIRM_ROLE_LABELS[role]}）"}
    record(session, actor=actor, now=now, type="invitation.created", subject=people_of(enterprise), data=reported)
    return secret


def find_invitation(session: Session, *, secret: str, now: datetime) -> Invitation | None:
    """The invitation behind a link, unless used, withdrawn or expired."""
    found = look_up_invitation(session, secret=secret)
    return found if found is not None and invitation_state(found, now) == "open" else None


def look_up_invitation(session: Session, *, secret: str) -> Invitation | None:
    """The invitation behind a link, dead or alive; None for an invented link."""
    return session.scalar(select(Invitation).where(Invitation.token_hash == digest(secret)))


def accept_invitation(
    session: Session,
    *,
    secret: str,
    login: str,
    name: str,
    password: str,
    now: datetime,
    passwords: Passwords = STRICT,
) -> EnterpriseUser:
    """Turn the link into an account. Raises `NotFound` for a dead link, `Conflict` for a taken login."""
    invitation = find_invitation(session, secret=secret, now=now)
    if invitation is None:
        raise NotFound("invitation.dead", _("邀请链接已失效，请联系科技局经办人重新发送。"))
    name = name.strip()
    if not name:
        raise Invalid("account.name", _("请填写姓名。"), {"name": _("请填写姓名。")})
    user = EnterpriseUser(
        enterprise_id=invitation.enterprise_id,
        login=_free_login(session, login),
        name=name[:64],
        role=invitation.role,
        password_hash=passwords.kept(password),
        failed_tries=0,
        created_at=now,
    )
    session.add(user)
    _use(session, invitation, now)
    session.flush()
    enterprise = session.get_one(Enterprise, invitation.enterprise_id)
    record(session, actor=actor_of(user), now=now, type="invitation.accepted", subject=people_of(enterprise))
    return user


def withdraw_invitation(
    session: Session, *, actor: Actor, enterprise: Enterprise, invitation_id: int, now: datetime
) -> None:
    """Make an open link dead. Raises `NotFound` when it is none of this firm's or no longer open."""
    require(actor, MANAGE_PEOPLE, Place(enterprise.region_code, enterprise.id))
    invitation = session.get(Invitation, invitation_id)
    if invitation is None or invitation.enterprise_id != enterprise.id or invitation.used_at or invitation.withdrawn_at:
        raise NotFound("invitation.unknown", _("没有这份邀请，或已使用、已撤回。"))
    invitation.withdrawn_at = now
    record(session, actor=actor, now=now, type="invitation.withdrawn", subject=people_of(enterprise))


def _use(session: Session, invitation: Invitation, now: datetime) -> None:
    """Mark it used, unless someone else just did."""
    used = session.execute(
        update(Invitation).where(Invitation.id == invitation.id, Invitation.used_at.is_(None)).values(used_at=now)
    )
    if used.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("invitation.used", _("邀请链接已被使用。"))


def _free_login(session: Session, login: str) -> str:
    login = check_login(login)
    if session.scalar(select(EnterpriseUser.id).where(EnterpriseUser.login == login)):
        message = _("登录名“%(login)s”已被使用，请换一个。") % {"login": login}
        raise Conflict("account.login.taken", message, {"login": message})
    return login
