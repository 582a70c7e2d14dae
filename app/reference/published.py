"""What changes only when somebody publishes it is read once per state, not once per page; every process sees the same.

Code tables, programmes, policies, schemes and what the bureau has set change a few times a month, and every page asks for
them. One row holds the mark of their present state; a transaction that changes any `Published` table gives it a new one.
What was read under a mark holds as long as the mark does. Inside a transaction that changes something nothing is kept.
"""

import secrets
from collections.abc import Callable, Hashable
from contextvars import ContextVar
from functools import update_wrapper
from itertools import chain
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from sqlalchemy import ScalarSelect, event, insert, select, update
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column

from app.kit.db import Base, Code
from app.kit.i18n import current_locale

P = ParamSpec("P")
T = TypeVar("T")

_MARK, _CHANGED = "yumiao_published_mark", "yumiao_published_changed"
_ONLY = 1
_UNREAD = object()
#: Of how many states answers are kept: the present one, and the one before it, which a snapshot under way may still ask for.
STATES_KEPT = 2
#: Whether what is being sent now is read to be kept. For tests, which count what a page sends time and again.
reading_to_keep: ContextVar[bool] = ContextVar("reading_to_keep", default=False)


class Published:
    """Marks a table whose rows change only when somebody publishes them."""


class PublishedState(Base):
    """The mark of what is published now: one row."""

    __tablename__ = "published_state"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    mark: Mapped[str] = mapped_column(Code(32))


def present_mark() -> ScalarSelect[str]:
    """The mark as a part of another statement, for whoever asks the database first."""
    return select(PublishedState.mark).where(PublishedState.id == _ONLY).scalar_subquery()


def forget_mark(session: Session) -> None:
    """For a session that goes on in another transaction without having ended the first by commit or rollback."""
    session.info.pop(_MARK, None)


def remember_mark(session: Session, mark: str | None) -> None:
    """What `present_mark` said in this session's transaction."""
    session.info[_MARK] = mark or ""


def kept(load: Callable[Concatenate[Session, P], T], /) -> Callable[Concatenate[Session, P], T]:
    """`load(session, …)`, asked once per state, language and arguments. What it gives belongs to everybody: it is not changed.

    Rows come without a session: what they hold is there, nothing is loaded later.
    """
    states: dict[str, dict[Hashable, Any]] = {}

    def read(session: Session, /, *arguments: P.args, **named: P.kwargs) -> T:
        mark = _mark_of(session)
        if not mark:
            return load(session, *arguments, **named)
        answers = states.setdefault(mark, {})
        for bygone in list(states)[:-STATES_KEPT]:
            states.pop(bygone, None)
        key = (current_locale(), arguments, tuple(sorted(named.items())))
        found = answers.get(key, _UNREAD)
        if found is _UNREAD:
            found = answers[key] = _read_alone(session, mark, lambda alone: load(alone, *arguments, **named))
        return cast(T, found)

    return update_wrapper(read, load)


def _mark_of(session: Session) -> str:
    """The mark of what this session's transaction sees; empty while it changes that itself."""
    if session.info.get(_CHANGED) or _changes(session):
        return ""
    if _MARK not in session.info:
        remember_mark(session, session.scalar(select(PublishedState.mark).where(PublishedState.id == _ONLY)))
    return str(session.info[_MARK])


def _read_alone(session: Session, mark: str, read: Callable[[Session], T]) -> T:
    """`read` on the session's connection but beside its rows, which are its own."""
    token = reading_to_keep.set(True)
    try:
        beside = Session(
            session.connection(), autoflush=False, join_transaction_mode="rollback_only", info={_MARK: mark}
        )
        with beside:
            found = read(beside)
            beside.expunge_all()
            return found
    finally:
        reading_to_keep.reset(token)


# -- a change gives a new mark -------------------------------------------------------------------------------------------


def _changes(session: Session) -> bool:
    """Whether rows that were not written yet are among what is published."""
    return any(isinstance(row, Published) for row in chain(session.new, session.deleted, session.dirty))


@event.listens_for(Session, "before_flush")
def _notice_rows(session: Session, *_: Any) -> None:
    if _changes(session):
        _mark_anew(session)


@event.listens_for(Session, "do_orm_execute")
def _notice_statements(state: ORMExecuteState) -> None:
    mapper = None if state.is_select else state.bind_mapper
    if mapper is not None and issubclass(mapper.class_, Published):
        _mark_anew(state.session)


def _mark_anew(session: Session) -> None:
    if session.info.get(_CHANGED):
        return
    session.info[_CHANGED] = True
    connection, mark = session.connection(), secrets.token_hex(16)
    changed = connection.execute(update(PublishedState).where(PublishedState.id == _ONLY).values(mark=mark))
    if not changed.rowcount:
        connection.execute(insert(PublishedState).values(id=_ONLY, mark=mark))


@event.listens_for(Session, "after_commit")
@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, *_: Any) -> None:
    """What a transaction or a savepoint changed is kept or gone, with its mark; a change after it is one of its own."""
    session.info.pop(_CHANGED, None)
    forget_mark(session)
