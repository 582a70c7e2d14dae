"""A person's own wishes, and the address of the person's calendar."""

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.models import EnterpriseUser, Officer
from app.journal.domain import SubjectKey, diff
from app.journal.service import record
from app.kit.actor import Actor, ActorKind
from app.kit.db import insert_into
from app.kit.permissions import require
from app.notices import events
from app.notices.actions import OWN
from app.notices.domain.delivery import default_manner
from app.notices.models import CalendarFeed, NoticePreference
from app.notices.schemas import OwnSettings


def own_account(session: Session, actor: Actor) -> Officer | EnterpriseUser:
    """The account that the actor signed in with."""
    require(actor, OWN)
    if actor.kind is ActorKind.OFFICER:
        return session.get_one(Officer, actor.id)
    return session.get_one(EnterpriseUser, actor.id)


def save_settings(session: Session, *, actor: Actor, now: datetime, command: OwnSettings) -> Officer | EnterpriseUser:
    """Keep the address and every wish that differs from the defaults. One event; the address is a personal value."""
    account = own_account(session, actor)
    before, account.email = account.email, command.email
    mine = (NoticePreference.account_kind == str(actor.kind), NoticePreference.account_id == account.id)
    session.execute(delete(NoticePreference).where(*mine))
    for (group, channel), manner in command.manners.items():
        if manner is not default_manner(str(actor.kind), group, channel):
            key = {"account_kind": str(actor.kind), "account_id": account.id, "group": group, "channel": channel}
            session.add(NoticePreference(**key, manner=manner))
    session.flush()
    private = {"email": account.email} if diff({"email": before}, {"email": account.email}) else None
    record(session, actor=actor, now=now, type=events.SETTINGS_CHANGED, subject=_subject(actor), private=private)
    return account


def renew_feed(session: Session, *, actor: Actor, now: datetime) -> str:
    """The secret of a new calendar address; the one before it is dead from now on. One event."""
    account = own_account(session, actor)
    secret = secrets.token_urlsafe(32)
    values = {"token_hash": feed_hash(secret), "made_at": now}
    key = {"account_kind": str(actor.kind), "account_id": account.id}
    statement = insert_into(session, CalendarFeed).values(**key, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["account_kind", "account_id"], set_=values))
    record(session, actor=actor, now=now, type=events.FEED_RENEWED, subject=_subject(actor))
    return secret


def stop_feed(session: Session, *, actor: Actor, now: datetime) -> None:
    """The calendar has no address any more. One event."""
    account = own_account(session, actor)
    mine = (CalendarFeed.account_kind == str(actor.kind), CalendarFeed.account_id == account.id)
    session.execute(delete(CalendarFeed).where(*mine))
    record(session, actor=actor, now=now, type=events.FEED_RENEWED, subject=_subject(actor))


def find_feed_account(session: Session, secret: str) -> Officer | EnterpriseUser | None:
    """Whose calendar lies at the address; None when it is dead or the account disabled."""
    feed = session.scalar(select(CalendarFeed).where(CalendarFeed.token_hash == feed_hash(secret)))
    if feed is None:
        return None
    account: Officer | EnterpriseUser | None
    if feed.account_kind == ActorKind.OFFICER:
        account = session.get(Officer, feed.account_id)
    else:
        account = session.get(EnterpriseUser, feed.account_id)
    return account if account is not None and account.disabled_on is None else None


def feed_hash(secret: str) -> str:
    """What is kept of an address."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _subject(actor: Actor) -> SubjectKey:
    return SubjectKey("account", f"{actor.kind}-{actor.id}", actor.name, actor.enterprise_id, actor.region_prefix)
