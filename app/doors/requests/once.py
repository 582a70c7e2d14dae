"""A form acts once: pressing the button twice, or going back and sending again, changes nothing more."""

import re
import secrets
from datetime import datetime

from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.accounts.service.used_forms import use_form

FIELD = "once_token"
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
    if not use_form(session, token, now):
        raise AlreadyDone
