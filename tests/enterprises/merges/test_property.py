"""Merge then undo is as before, in every table; after a merge nothing names the firm that went."""

import random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.enterprises.merges.undo import undo_merge
from app.journal.queries import find_breach
from app.kit.db import Database, session_scope
from tests.counts import Counts
from tests.factories.enterprises import NOW
from tests.support.merges import World, choices_of, merged, named_by
from tests.support.people import officer
from tests.support.undo import state_of


def test_merge_then_undo_is_as_before(database: Database, counts: Counts) -> None:
    with session_scope(database) as session:
        actor = officer(session, role="section_head")
    seen: set[str] = set()

    @settings(
        max_examples=max(counts.property_examples // 20, 2),
        deadline=None,
        derandomize=True,
        phases=(Phase.generate,),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
    @given(seed=st.integers(0, 1_000_000))
    def check(seed: int) -> None:
        chance = random.Random(seed)
        with session_scope(database) as session:
            world = World(session, actor)
            firms = [world.firm(chance, full=place == 1 and not seen) for place in range(2)]
        before = state_of(database)
        with session_scope(database) as session:
            survivor, loser = (session.merge(each) for each in firms)
            seen.update(name for name, number in named_by(session, loser.id).items() if number)
            done = merged(session, survivor, loser, actor, **choices_of(session, survivor.id, loser.id, chance))
            assert not any(named_by(session, loser.id).values())
        after = state_of(database)
        assert before != after
        with session_scope(database) as session:
            undo_merge(session, actor=actor, now=NOW, merge_id=done.id)
        now = {name: rows for name, rows in state_of(database).items() if name not in ("firm_merge", "merge_entry")}
        for name, rows in now.items():
            assert rows == before[name], name

    check()
    with session_scope(database) as session:
        assert find_breach(session) is None
        every = set(named_by(session, 0)) - {"duplicate_pair.other_id", "enterprise.merged_into_id"}
    assert seen >= every, every - seen
