"""The journal is walked in its own order: nothing is sorted, however long it is."""

from collections.abc import Callable

import pytest
from sqlalchemy import Executable, text
from sqlalchemy.orm import Session

from app.journal.queries import select_after, select_last

KINDS = ("enterprise", "case")


@pytest.mark.parametrize("statement", [select_after(7, KINDS).limit(100), select_last(KINDS)])
def test_a_walk_follows_the_positions(
    session: Session, explain: Callable[[Session, Executable], str], statement: Executable
) -> None:
    if session.get_bind().dialect.name == "postgresql":
        for other_way in ("bitmapscan", "sort"):  # at so few rows they would be cheaper
            session.execute(text(f"set local enable_{other_way} = off"))
    plan = explain(session, statement)
    assert "TEMP B-TREE" not in plan and "Sort" not in plan
    assert "ix_journal_event_subject" not in plan
