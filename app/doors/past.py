"""A list as of a past day: the address says `as_of=2021-06-30`, and the whole list, its count and its export are of then."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from app.doors.deps import AppDatabase, DbSession, Now
from app.journal.looking_back import past_scope
from app.kit.clock import today
from app.kit.db import Database, read_scope
from app.kit.errors import Invalid
from app.kit.i18n import _

EARLIEST = date(2000, 1, 1)


@dataclass(frozen=True)
class AsOf:
    """The day that a list is about: today, or a past one (`past`)."""

    on: date
    past: bool = False

    @property
    def parameter(self) -> str:
        """What the address says about it."""
        return self.on.isoformat() if self.past else ""


def get_as_of(now: Now, as_of: str = "") -> AsOf:
    """The day in the address; raises `Invalid` for one that does not exist or has not come yet."""
    day = today(now)
    if not as_of.strip():
        return AsOf(day)
    try:
        wanted = date.fromisoformat(as_of.strip())
    except ValueError:
        raise _refused(_("日期不存在或格式不正确，请按 2021-06-30 填写。")) from None
    if not EARLIEST <= wanted <= day:
        raise _refused(_("只能回看 %(first)s 至今天的情形。") % {"first": EARLIEST.isoformat()})
    return AsOf(wanted, past=wanted < day)


def _refused(message: str) -> Invalid:
    return Invalid("list.as_of", message, {"as_of": message})


ListDay = Annotated[AsOf, Depends(get_as_of)]


def get_list_session(request: Request, session: DbSession, database: AppDatabase, as_of: ListDay) -> Iterator[Session]:
    """The request's session, or one that reads the register as it stood on the day that the address names."""
    if not as_of.past:
        yield session
        return
    session.close()  # its connection goes back first: a request holds one at a time
    with past_scope(database, as_of.on) as past:
        request.state.session = past
        yield past


ListSession = Annotated[Session, Depends(get_list_session, scope="function")]


def list_scope(database: Database, as_of: AsOf) -> AbstractContextManager[Session]:
    """A session of its own for a stream, of the same day as the list."""
    return past_scope(database, as_of.on) if as_of.past else read_scope(database)
