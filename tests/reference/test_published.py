"""What is published is read once per state: a change is seen by everybody who begins after it, and by its own transaction."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.kit.db import Database, read_scope, session_scope
from app.reference.models import Term
from app.reference.published import PublishedState, kept, reading_to_keep
from app.reference.queries import list_terms


def _tag(code: str) -> Term:
    return Term(vocabulary="tag", code=code, position=900, name_zh=f"标签 {code}（示例）", name_en=f"tag {code}")


def _codes(session: Session) -> set[str]:
    return {choice.code for choice in list_terms(session, "tag")["tag"]}


def _mark(session: Session) -> str | None:
    return session.scalar(select(PublishedState.mark))


def test_a_second_page_asks_nothing(
    database: Database, record_statements: Callable[[], AbstractContextManager[list[Any]]]
) -> None:
    with read_scope(database) as session:
        first = _codes(session)
    with record_statements() as sent, read_scope(database) as session:
        assert _codes(session) == first
    assert len(sent) == 1, "the mark"


@pytest.mark.parametrize(
    "change",
    [
        lambda session: session.add(_tag("new-a")),
        lambda session: session.execute(update(Term).where(Term.vocabulary == "tag").values(code="x-" + Term.code)),
        lambda session: session.execute(delete(Term).where(Term.vocabulary == "tag")),
        lambda session: session.delete(session.scalars(select(Term).where(Term.vocabulary == "tag")).first()),
    ],
    ids=["row", "update", "delete", "deleted row"],
)
def test_a_change_is_seen_inside_its_transaction_and_after_it(
    database: Database, change: Callable[[Session], Any]
) -> None:
    with read_scope(database) as session:
        before, mark = _codes(session), _mark(session)
    with session_scope(database) as session:
        _codes(session)
        change(session)
        inside = _codes(session)
        assert inside != before
        with read_scope(database) as other:
            assert _codes(other) == before, "not before it is committed"
    with read_scope(database) as session:
        assert _codes(session) == inside
        assert _mark(session) != mark


def test_what_is_taken_back_was_never_kept(database: Database) -> None:
    with read_scope(database) as session:
        before, mark = _codes(session), _mark(session)
    with session_scope(database) as session:
        savepoint = session.begin_nested()
        session.add(_tag("gone"))
        assert "gone" in _codes(session)
        savepoint.rollback()
        assert _codes(session) == before
        assert _mark(session) == mark
        session.add(_tag("stays"))
        assert _codes(session) == before | {"stays"}
    with read_scope(database) as session:
        assert _codes(session) == before | {"stays"}


def test_rows_belong_to_nobody(database: Database) -> None:
    with session_scope(database) as session:
        _codes(session)
        assert not list(session.identity_map.values())
    assert not reading_to_keep.get()


def test_of_bygone_states_nothing_is_kept(database: Database) -> None:
    said: list[int] = []

    @kept
    def number(session: Session) -> int:
        said.append(len(said))
        return said[-1]

    for state in range(4):
        with session_scope(database) as session:
            session.add(_tag(f"state-{state}"))
        with read_scope(database) as session:
            assert number(session) == number(session) == state
