"""Nonces of signed calls: the database remembers them for every process alike, as long as their timestamps would be believed."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.exchange.partners.models import UsedNonce
from app.exchange.signatures import REMEMBERED
from app.kit.db import insert_into


def remember(session: Session, key_id: str, nonce: str, now: datetime) -> bool:
    """Whether `key_id` brings this nonce for the first time; it is remembered when the surrounding transaction commits.

    Of two processes that bring the same one at once, the second waits for the first and then hears False.
    """
    insert = insert_into(session, UsedNonce).values(key_id=key_id, nonce=nonce, expires_at=now + REMEMBERED)
    first = insert.on_conflict_do_update(
        index_elements=(UsedNonce.key_id, UsedNonce.nonce),
        set_={"expires_at": insert.excluded.expires_at},
        where=UsedNonce.expires_at < now,
    ).returning(UsedNonce.nonce)
    return session.scalar(first) is not None


def forget_expired(session: Session, now: datetime) -> None:
    """Drop the nonces whose timestamps nobody would believe any more."""
    session.execute(delete(UsedNonce).where(UsedNonce.expires_at < now))
