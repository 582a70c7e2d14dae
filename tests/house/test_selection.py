"""Which tests run where: nothing is left out of a plain run, and what looks at a database's own ways runs on both."""

from pathlib import PurePath

import pytest

from tests.support import budget
from tests.support.scheduling import group_of
from tests.support.selection import NOT_QUICK_FILES, dialects_of, is_quick
from tests.support.source import ROOT, listed, tree
from tests.support.statement_cover import Recorded, name_of, shape_of, spare, spared

BOTH, ONE = ["sqlite", "postgresql"], ["sqlite"]


@pytest.mark.parametrize(
    ("path", "fixtures", "options", "expected"),
    [
        ("cases/test_queries.py", ["session"], {}, BOTH),
        ("web/test_cases.py", ["client"], {}, ONE),
        ("web/test_cases.py", ["client", "count_queries"], {}, BOTH),
        ("web/test_cases.py", ["client"], {"long": True}, BOTH),
        ("web/test_cases.py", ["client"], {"chosen": "postgresql"}, ["postgresql"]),
        ("journeys/test_print.py", ["demo"], {}, ONE),
        ("doors/test_admission.py", ["client"], {}, ONE),
        ("api/test_fuzzing.py", ["client"], {}, ONE),
        ("api/test_resources.py", ["client"], {}, BOTH),
        ("journeys/test_walk.py", ["demo"], {}, BOTH),
        ("doors/test_hostile_addresses.py", ["client"], {}, BOTH),
        ("cases/test_queries.py", ["session"], {"quick": True}, ONE),
        ("accounts/test_rates.py", ["shared"], {}, ["postgresql"]),
        ("policies/test_sweep_kill.py", ["database"], {}, ["postgresql"]),
        ("policies/test_sweep_kill.py", ["database"], {"chosen": "sqlite"}, ONE),
        ("policies/test_sweep_kill.py", ["database"], {"long": True}, BOTH),
        ("accounts/test_rates.py", ["shared"], {"quick": True}, []),
    ],
)
def test_each_runs_where_it_can_fail(
    path: str, fixtures: list[str], options: dict[str, object], expected: list[str]
) -> None:
    given = {"chosen": "both", "long": False, "quick": False} | options
    assert dialects_of(PurePath(path), fixtures, **given) == expected  # type: ignore[arg-type]


def test_postgresql_is_spared_what_sends_it_nothing_new() -> None:
    def sends(*statements: str, seconds: float = 1.0, always: bool = False) -> Recorded:
        return Recorded(frozenset(map(shape_of, statements)), seconds, always)

    recorded = {
        "a": sends("select 1 from t where a = %(a_1)s", always=True),
        "b": sends("select 2 from t where a = %(a_1)s"),
        "c": sends("select 1 from u where a in (%(a_1_1)s, %(a_1_2)s)", seconds=9.0),
        "d": sends("select 3 from u where a in (%(a_1_1)s)", "select 'x' from t"),
    }
    assert spare(recorded) == ["b", "c"]


def test_what_is_spared_is_there() -> None:
    functions = {
        name_of(path.relative_to(ROOT / "tests"), getattr(node, "name", ""))
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in tree(path).body
    }
    gone = spared() - functions
    assert spared()
    assert not gone, listed("run tools/spare-postgresql, or take these lines out of its list", sorted(gone))


def test_a_quick_run_opens_no_page() -> None:
    assert is_quick(PurePath("cases/test_duties.py"), ["session", "now"])
    assert not is_quick(PurePath("cases/test_duties.py"), ["session", "client"])
    assert not is_quick(PurePath("web/test_cases.py"), [])
    assert not is_quick(PurePath("policies/test_sweep_kill.py"), [])


@pytest.mark.parametrize(
    ("test", "group"),
    [
        ("tests/journeys/test_walk.py::test_every_page_is_sound[sqlite-None-zh-1366]", "the walk on sqlite"),
        ("tests/journeys/test_words.py::test_it[sqlite]", "journeys on sqlite"),
        ("tests/journeys/test_walk.py::test_no_link_leads_to_an_error[postgresql]", "journeys on postgresql"),
        ("tests/journeys/test_numbers.py::test_loads[postgresql]", "journeys on postgresql"),
        ("tests/journeys/test_kill_journey.py::test_killed[sqlite]", None),
        ("tests/cases/test_duties.py::test_asked[sqlite]", None),
        ("tests/doors/test_neighbours.py::test_readers[sqlite]", "tests/doors/test_neighbours.py"),
        ("tests/house/test_statements.py::test_no_page_asks_in_a_loop", "tests/house"),
    ],
)
def test_one_worker_builds_what_several_tests_share(test: str, group: str | None) -> None:
    assert group_of(test) == (group or test)


def test_whatever_is_named_slow_is_there() -> None:
    named = [*budget.MAY_TAKE_LONGER, *(f"tests/{path}" for path in NOT_QUICK_FILES)]
    gone = [pattern for pattern in named if not list(ROOT.glob(pattern))]
    assert not gone


def test_a_slow_test_is_told_unless_it_may_be() -> None:
    took = {
        "tests/cases/test_a.py::one": 6.0,
        "tests/cases/test_a.py::two": 4.0,
        "tests/journeys/test_walk.py::three": 90.0,
    }
    assert budget.exceeded(took) == ["   6.0 s  tests/cases/test_a.py::one"]
    assert not budget.exceeded(took, budget.FAILS_ABOVE)
