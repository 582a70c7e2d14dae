"""What a call is made of: the actor, the form; and what the application keeps."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

from anyio.to_thread import run_sync
from fastapi import BackgroundTasks, Request
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.accounts.queries import find_signed_in
from app.accounts.service.signing_in import touch
from app.config import Settings
from app.doors.requests.admission import Admission, Busy
from app.kit.actor import ANONYMOUS, Actor
from app.kit.db import Database, session_scope
from app.notices.queries import unread_of_session
from app.reference.published import forget_mark

SESSION_COOKIE = "yumiao_session"
TOUCH_EVERY = timedelta(minutes=1)


def get_settings(request: Request) -> Settings:
    """The settings that the application was made with."""
    found: Settings = request.app.state.settings
    return found


def get_database(request: Request) -> Database:
    """The application's database; for streams, which open their own session."""
    found: Database = request.app.state.database
    return found


def get_admission(request: Request) -> Admission:
    """Who may be inside at once."""
    found: Admission = request.app.state.admission
    return found


@contextmanager
def noting(request: Request) -> Iterator[Session]:
    """A writing transaction of a reading route, for what is noted of the reading; commits when the block ends.

    The route's own session gives its connection back first: a request holds one at a time.
    """
    request.state.session.close()
    forget_mark(request.state.session)
    with session_scope(get_database(request)) as session:
        yield session


def clock_of(request: Request) -> Callable[[], datetime]:
    """What tells the application the present instant."""
    found: Callable[[], datetime] = request.app.state.clock
    return found


def find_actor(request: Request, session: Session, now: datetime, later: BackgroundTasks) -> Actor:
    """Whoever the session cookie stands for; a stranger without one. That they were here is noted after the answer."""
    secret = request.cookies.get(SESSION_COOKIE)
    found = None
    if secret:
        idle = timedelta(minutes=get_settings(request).session_idle_minutes)
        found = find_signed_in(session, secret, now=now, idle=idle, beside=unread_of_session())
    actor = found.actor if found else ANONYMOUS
    if found and now - found.last_seen_at > TOUCH_EVERY:
        later.add_task(_touch, request, found.session_id, now)
    request.state.actor = actor
    request.state.section = found.section if found else ""
    request.state.unread = found.beside if found else 0
    return actor


async def _touch(request: Request, session_id: int, now: datetime) -> None:
    with suppress(Busy):
        async with get_admission(request).writes.place():
            await run_sync(_write_touch, get_database(request), session_id, now)


def _write_touch(database: Database, session_id: int, now: datetime) -> None:
    with suppress(OperationalError), session_scope(database) as session:
        touch(session, session_id=session_id, now=now)


async def read_form(request: Request) -> FormData:
    """The submitted form, parsed once per request; none was submitted where a page is only asked for."""
    return await request.form(max_files=20, max_fields=2_000, max_part_size=2 * 1024 * 1024)


async def get_form(request: Request) -> AsyncIterator[FormData]:
    """The submitted form; its uploaded files are closed at the end."""
    form = await read_form(request)
    try:
        yield form
    finally:
        await form.close()


def client_address(request: Request) -> str:
    """The address of the caller, for throttles."""
    return request.client.host if request.client else "unknown"
