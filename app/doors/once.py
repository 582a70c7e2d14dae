"""A form acts once: pressing the button twice, or going back and sending again, changes nothing more."""

import re
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.accounts.models import UsedForm

FIELD = "once_token"
KEPT = timedelta(days=2)
_SHAPE = re.compile(r"[A-Za-z0-9_-]{16,64}")


class AlreadyDone(Exception):
    """This very form was handed in before."""


def new_token() -> str:
    """A fresh token for one form."""
    return secrets.token_urlsafe(18)


def check_once(form: FormData, session: Session, now: datetime) -> None:
    """Use up the form's token, in the transaction of what the form does; raises `AlreadyDone` the second time."""
    token = form.get(FIELD)
    if not isinstance(token, str) or not _SHAPE.fullmatch(token):
        return
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    first_use = insert(UsedForm).values(token=token, at=now).on_conflict_do_nothing().returning(UsedForm.token)
    if session.scalar(first_use) is None:
        raise AlreadyDone


def forget_old(session: Session, now: datetime) -> None:
    """Drop tokens of forms that nobody can still have open."""
    session.execute(delete(UsedForm).where(UsedForm.at < now - KEPT))
