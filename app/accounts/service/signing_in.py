"""Signing in and out. A wrong login and a wrong password answer alike; five failures in a row lock for a while."""

from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.accounts.domain import digest, lock_after, new_secret
from app.accounts.models import EnterpriseUser, Officer, SignInSession
from app.accounts.passwords import Passwords
from app.accounts.queries import actor_of
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import ANONYMOUS, Actor
from app.kit.i18n import _

AccountKind = Literal["officer", "enterprise"]
STRICT = Passwords()


def sign_in(
    session: Session,
    *,
    kind: AccountKind,
    login: str,
    password: str,
    now: datetime,
    passwords: Passwords = STRICT,
) -> tuple[str, Actor] | str:
    """The new session's secret and actor, or the message to show.

    A refusal is a result, not an exception: it is counted and journalled, and both must be committed.
    """
    if passwords.is_public(password):
        return _("这是示例数据的公开密码，正式环境不能用它登录。请联系系统管理员重置密码。")
    account = _find(session, kind, login)
    if account is not None and (locked := locked_text(account, now)):
        return locked
    fits = passwords.fits(password, account.password_hash if account else None)
    if account is None or not fits or account.disabled_on is not None:
        if account is not None and not fits:
            count_failure(account, now)
            record(session, actor=ANONYMOUS, now=now, type="session.refused", subject=_subject(kind, account))
        return _("登录名或密码不正确。")
    account.failed_tries, account.locked_until = 0, None
    return open_session(session, kind=kind, account=account, now=now)


def open_session(
    session: Session, *, kind: AccountKind, account: Officer | EnterpriseUser, now: datetime
) -> tuple[str, Actor]:
    """Let a person in who has proved to be the account's owner; the new session's secret and actor."""
    secret, actor = new_secret(), actor_of(account)
    session.add(
        SignInSession(
            token_hash=digest(secret), account_kind=kind, account_id=account.id, created_at=now, last_seen_at=now
        )
    )
    record(session, actor=actor, now=now, type="session.opened", subject=_subject(kind, account))
    return secret, actor


def sign_out(session: Session, *, actor: Actor, secret: str, now: datetime) -> None:
    """End this browser's session."""
    found = session.scalar(select(SignInSession).where(SignInSession.token_hash == digest(secret)))
    if found is None:
        return
    session.execute(delete(SignInSession).where(SignInSession.id == found.id))
    subject = SubjectKey(_subject_kind(found.account_kind), str(found.account_id), actor.name)
    record(session, actor=actor, now=now, type="session.closed", subject=subject)


def end_sessions(session: Session, account: Officer | EnterpriseUser, *, but: str = "") -> None:
    """End the account's sessions, all but the one whose secret is `but`."""
    kind = "officer" if isinstance(account, Officer) else "enterprise"
    session.execute(
        delete(SignInSession).where(
            SignInSession.account_kind == kind,
            SignInSession.account_id == account.id,
            SignInSession.token_hash != digest(but),
        )
    )


def locked_text(account: Officer | EnterpriseUser, now: datetime) -> str:
    """What is said while the account is locked; "" when it is not."""
    if account.locked_until is None or account.locked_until <= now:
        return ""
    return _("密码连续错误次数过多，账号已临时锁定，请 15 分钟后再试或联系系统管理员。")


def count_failure(account: Officer | EnterpriseUser, now: datetime) -> None:
    """Count a wrong password; the fifth in a row locks the account for a while."""
    account.failed_tries += 1
    account.locked_until = lock_after(account.failed_tries, now)
    if account.locked_until is not None:
        account.failed_tries = 0


def touch(session: Session, *, session_id: int, now: datetime) -> None:
    """Note that the session was used."""
    session.execute(update(SignInSession).where(SignInSession.id == session_id).values(last_seen_at=now))


def drop_idle(session: Session, *, now: datetime, idle: timedelta) -> None:
    """Forget sessions that were idle too long."""
    session.execute(delete(SignInSession).where(SignInSession.last_seen_at < now - idle))


def find_to_try(session: Session, kind: AccountKind, login: str) -> Officer | EnterpriseUser | None:
    """The account whose password is to be tried before it is signed in."""
    return _find(session, kind, login, lock=False)


def _find(session: Session, kind: AccountKind, login: str, *, lock: bool = True) -> Officer | EnterpriseUser | None:
    login = login.strip().lower()
    if kind == "officer":
        officers = select(Officer).where(Officer.login == login)
        return session.scalar(officers.with_for_update() if lock else officers)
    users = select(EnterpriseUser).where(EnterpriseUser.login == login)
    return session.scalar(users.with_for_update() if lock else users)


def _subject(kind: AccountKind, account: Officer | EnterpriseUser) -> SubjectKey:
    return SubjectKey(_subject_kind(kind), str(account.id), account.login)


def _subject_kind(kind: str) -> str:
    return "officer" if kind == "officer" else "enterprise_user"
