"""Enterprise users: invited by an officer through a one-time link."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.accounts.actions import INVITE
from app.accounts.domain import INVITATION_LIFE, check_login, check_password, digest, new_secret
from app.accounts.models import EnterpriseUser, Invitation, SignInSession
from app.accounts.passwords import hash_password
from app.accounts.queries import actor_of
from app.enterprises.models import Enterprise
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.i18n import _
from app.kit.permissions import Place, require


def invite(session: Session, *, actor: Actor, enterprise: Enterprise, name: str, now: datetime) -> str:
    """The secret of a new one-time link, valid for seven days; only its hash is kept."""
    require(actor, INVITE, Place(enterprise.region_code, enterprise.id))
    secret = new_secret()
    invitation = Invitation(
        enterprise_id=enterprise.id,
        token_hash=digest(secret),
        invited_name=name.strip()[:64],
        invited_by=actor.id,
        created_at=now,
        expires_at=now + INVITATION_LIFE,
    )
    session.add(invitation)
    record(session, actor=actor, now=now, type="invitation.created", subject=_subject(enterprise))
    return secret


def find_invitation(session: Session, *, secret: str, now: datetime) -> Invitation | None:
    """The invitation behind a link, unless used, withdrawn or expired."""
    found = session.scalar(select(Invitation).where(Invitation.token_hash == digest(secret)))
    if found is None or found.used_at or found.withdrawn_at or found.expires_at <= now:
        return None
    return found


def accept_invitation(
    session: Session, *, secret: str, login: str, name: str, password: str, now: datetime, cheap: bool = False
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
        password_hash=hash_password(check_password(password), cheap=cheap),
        failed_tries=0,
        created_at=now,
    )
    session.add(user)
    _use(session, invitation, now)
    session.flush()
    enterprise = session.get_one(Enterprise, invitation.enterprise_id)
    record(session, actor=actor_of(user), now=now, type="invitation.accepted", subject=_subject(enterprise))
    return user


def withdraw_invitation(
    session: Session, *, actor: Actor, enterprise: Enterprise, invitation_id: int, now: datetime
) -> None:
    """Make an open link dead. Raises `NotFound` when it is none of this firm's or no longer open."""
    require(actor, INVITE, Place(enterprise.region_code, enterprise.id))
    invitation = session.get(Invitation, invitation_id)
    if invitation is None or invitation.enterprise_id != enterprise.id or invitation.used_at or invitation.withdrawn_at:
        raise NotFound("invitation.unknown", _("没有这份邀请，或已使用、已撤回。"))
    invitation.withdrawn_at = now
    record(session, actor=actor, now=now, type="invitation.withdrawn", subject=_subject(enterprise))


def disable_enterprise_user(
    session: Session, *, actor: Actor, enterprise: Enterprise, user_id: int, now: datetime
) -> None:
    """Close an enterprise user's account; its sessions end at once."""
    require(actor, INVITE, Place(enterprise.region_code, enterprise.id))
    user = session.get(EnterpriseUser, user_id)
    if user is None or user.enterprise_id != enterprise.id:
        raise NotFound("account.unknown", _("没有这个用户。"))
    user.disabled_on = today(now)
    session.execute(
        delete(SignInSession).where(SignInSession.account_kind == "enterprise", SignInSession.account_id == user.id)
    )
    record(session, actor=actor, now=now, type="enterprise_user.disabled", subject=_subject(enterprise))


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


def _subject(enterprise: Enterprise) -> SubjectKey:
    # Accounts are not exported to the province: the subject is not of the kind "enterprise".
    return SubjectKey("enterprise_user", str(enterprise.id), enterprise.name, enterprise.id, enterprise.region_code)
