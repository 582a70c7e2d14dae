"""A person changes the own password, knowing the old one: officers and the people of firms alike, each their own account."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.accounts.actions import OWN_FIRM_PASSWORD, OWN_PASSWORD
from app.accounts.models import EnterpriseUser, Officer
from app.accounts.passwords import Passwords
from app.accounts.service.people import people_of
from app.accounts.service.signing_in import STRICT, count_failure, end_sessions, locked_text
from app.enterprises.models import Enterprise
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor, ActorKind
from app.kit.errors import Invalid
from app.kit.i18n import _
from app.kit.permissions import require

Account = Officer | EnterpriseUser


def change_own_password(
    session: Session, *, actor: Actor, old: str, new: str, secret: str, now: datetime, passwords: Passwords = STRICT
) -> Account | str:
    """The account with its new password, or what is said of a wrong old one; all other sessions than that of `secret` end.

    Wrong ones count towards the lock of the account as at signing in: a refusal is a result, not an exception, for it must be
    committed. Raises `Invalid` for a new password that cannot be taken.
    """
    account = _own_account(session, actor, lock=True)
    if locked := locked_text(account, now):
        return locked
    if not passwords.fits(old, account.password_hash):
        count_failure(account, now)
        _record(session, actor, now, "password.refused", account)
        return _("原密码不正确。")
    if new == old:
        message = _("新密码不能与原密码相同。")
        raise Invalid("account.password.same", message, {"new": message})
    account.password_hash = passwords.kept(new, field="new")
    account.failed_tries, account.locked_until = 0, None
    end_sessions(session, account, but=secret)
    _record(session, actor, now, "password.changed", account)
    return account


def find_own_to_try(session: Session, actor: Actor) -> Account:
    """The actor's own account, whose old password is to be tried before it is changed."""
    return _own_account(session, actor, lock=False)


def _own_account(session: Session, actor: Actor, *, lock: bool) -> Account:
    """The actor's own: an officer and a person of a firm may have the same number. Held, so that tries at once are all counted."""
    own: Select[Any]
    if actor.kind is ActorKind.ENTERPRISE:
        require(actor, OWN_FIRM_PASSWORD)
        own = select(EnterpriseUser).where(EnterpriseUser.id == actor.id)
    else:
        require(actor, OWN_PASSWORD)
        own = select(Officer).where(Officer.id == actor.id)
    found: Account = session.scalars(own.with_for_update() if lock else own).one()
    return found


def _record(session: Session, actor: Actor, now: datetime, type: str, account: Account) -> None:
    if isinstance(account, Officer):
        subject, data = SubjectKey("officer", str(account.id), account.login), {}
    else:
        subject, data = people_of(session.get_one(Enterprise, account.enterprise_id)), {"note": account.name}
    record(session, actor=actor, now=now, type=type, subject=subject, data=data)
