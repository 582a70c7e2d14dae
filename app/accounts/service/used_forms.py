"""Tokens of forms that were handed in: each counts once."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.accounts.models import UsedForm
from app.kit.db import insert_into

KEPT = timedelta(days=2)


def use_form(session: Session, token: str, now: datetime) -> bool:
    """Use a token up; False when it was before. Of two at the same time one waits for the other."""
    statement = insert_into(session, UsedForm).values(token=token, at=now)
    return session.scalar(statement.on_conflict_do_nothing().returning(UsedForm.token)) is not None


def forget_used_forms(session: Session, now: datetime) -> None:
    """Drop tokens of forms that nobody can still have open."""
    session.execute(delete(UsedForm).where(UsedForm.at < now - KEPT))
