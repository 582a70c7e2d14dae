"""SIGKILL of a merge and of its undo at any of their statements: nothing of it happened; done again it is whole. Two at once: one wins."""

import os
import random
import signal
from collections.abc import Callable
from threading import Barrier, Thread

from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from app.enterprises.merges.models import FirmMerge
from app.enterprises.merges.undo import undo_merge
from app.enterprises.models import Enterprise
from app.journal.queries import find_breach
from app.kit.db import Database, read_scope, session_scope
from app.kit.errors import Conflict
from tests.counts import Counts
from tests.factories.enterprises import NOW, firm
from tests.support.house import HOUSE
from tests.support.merges import World, merged
from tests.support.undo import state_of

Work = Callable[[Session], object]
#: What the last statement of a work is followed by: the commit.
COMMIT = 10_000


def killed_at(url: str, statement: int, work: Work) -> None:
    """Do `work` in a process that is killed before its statement of that number, or before its commit."""
    child = os.fork()
    if child == 0:
        try:
            database, seen = Database(url, HOUSE), [0]

            def count(*_arguments: object) -> None:
                seen[0] += 1
                if seen[0] == statement:
                    os.kill(os.getpid(), signal.SIGKILL)

            event.listen(database.engine, "before_cursor_execute", count)
            event.listen(database.engine, "commit", lambda _connection: os.kill(os.getpid(), signal.SIGKILL))
            with session_scope(database) as session:
                work(session)
        finally:
            os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL


def test_a_kill_at_any_moment_leaves_two_firms_or_one(database: Database, database_url: str, counts: Counts) -> None:
    chance = random.Random(20210630)
    with session_scope(database) as session:
        world = World(session)
        mine, other = (world.firm(chance, full=True, cases=False).id for _ in range(2))
    database.dispose()  # no connection is handed down

    def merge(session: Session) -> FirmMerge:
        return merged(session, session.get_one(Enterprise, mine), session.get_one(Enterprise, other))

    def part(session: Session) -> FirmMerge:
        done = session.scalars(select(FirmMerge.id)).one()
        return undo_merge(session, actor=world.actor, now=NOW, merge_id=done)

    for work in (merge, part):
        before = state_of(database)
        for moment in [*(chance.randrange(1, 60) for _ in range(counts.kills)), COMMIT]:
            database.dispose()
            killed_at(database_url, moment, work)
            assert state_of(database) == before
        with session_scope(database) as session:
            work(session)
        assert state_of(database) != before
    with read_scope(database) as session:
        assert find_breach(session) is None


def test_of_two_officers_who_merge_the_same_pair_at_once_one_wins(database: Database) -> None:
    with session_scope(database) as session:
        one, other = firm(session).id, firm(session).id
    ready, outcomes = Barrier(2), []

    def merge(survivor: int, loser: int) -> None:
        try:
            with session_scope(database) as session:
                ready.wait()
                firms = [session.get_one(Enterprise, key) for key in (survivor, loser)]
                merged(session, *firms)
            outcomes.append("merged")
        except Conflict as refusal:
            outcomes.append(refusal.code)

    threads = [Thread(target=merge, args=pair) for pair in ((one, other), (other, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["merge.merged", "merged"]
    with read_scope(database) as session:
        assert session.scalar(select(func.count()).select_from(FirmMerge)) == 1
