"""Durable throttles: so many tries per key and hour, surviving a restart and shared by all processes."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.accounts.models import Attempt

WINDOW = timedelta(hours=1)


def tries_within_window(session: Session, *, kind: str, key: str, now: datetime) -> int:
    """How often `key` was tried within the last hour."""
    return (
        session.scalar(
            select(func.count()).where(
                Attempt.kind == kind, Attempt.key_hash == _digest(key), Attempt.at > now - WINDOW
            )
        )
        or 0
    )


def note_try(session: Session, *, kind: str, key: str, now: datetime) -> None:
    """Count one try; tries older than the window are forgotten."""
    session.execute(delete(Attempt).where(Attempt.kind == kind, Attempt.at <= now - WINDOW))
    session.add(Attempt(kind=kind, key_hash=_digest(key), at=now))


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
