"""Which tests run, and on which databases: all on both with `--long`, fewer in a plain run, fewest with `--quick`."""

from collections.abc import Collection
from functools import cache
from pathlib import PurePath

from tests.support.databases import DIALECTS

#: Tests of doors: what a page or an answer looks like does not depend on the database that the queries below it are tested on.
#: Nor does who may open it, or what its form keeps. What opens every page there is, the walk and the hostile addresses, stays on both.
PAGES = (
    "web/*.py",
    "portal/*.py",
    "*/test_pages.py",
    "policies/test_web.py",
    "journeys/*.py",
    "doors/*.py",
    "api/*.py",
    "policies/test_api.py",
    "house/test_routes.py",
    "house/test_fields.py",
    # how thousands of rows of others are read
    "enterprises/imports/test_real_lists.py",
    # what an edited export writes is decided without the database
    "enterprises/imports/test_returned_records.py",
)
ON_BOTH = (
    "doors/test_hostile_addresses.py",
    "journeys/test_walk.py",
    # machines that write themselves
    "api/test_receipts.py",
    "api/test_resources.py",
)
#: Whose processes are killed, or read what is written meanwhile: on the database of production. On the other one a whole office is killed at work
#: (`journeys/test_kill_journey.py`).
OF_KILLED_PROCESSES = (
    "api/test_crashing_consumer.py",
    "api/test_pulling_client.py",
    "enterprises/imports/test_kill.py",
    "enterprises/imports/test_undo_kill.py",
    "enterprises/merges/test_kill.py",
    "policies/test_sweep_kill.py",
    "simulator/test_kill_proof.py",
)
#: What several processes share stands in PostgreSQL; SQLite is served by one.
OF_SEVERAL_PROCESSES = ("accounts/test_rates.py", "delivery/test_processes.py")
#: Who looks at statements and plans looks at those of both.
LOOKING = frozenset({"count_queries", "explain", "record_statements"})

#: What PostgreSQL does by itself: searching, ordering, locking, handing out positions. Of other tests it is spared those that send it nothing new
#: (`tests/spared_on_postgresql.txt`, which `tools/spare-postgresql` writes).
OF_POSTGRESQL_ITSELF = (
    "*/test_queries.py",
    "*/test_races.py",
    "*/test_claiming.py",
    "*/test_at_once.py",
    "exchange/test_feed.py",
    "journal/*.py",
    "kit/*.py",
)

#: What `--quick` leaves out: doors with their pages, and whatever needs a process of its own, a browser or a whole demo.
NOT_QUICK = ("web", "portal", "api", "journeys", "delivery", "simulator", "backup")
NOT_QUICK_FILES = (
    "enterprises/imports/test_command.py",
    "enterprises/imports/test_kill.py",
    "enterprises/imports/test_real_lists.py",
    "exchange/reconciliation/test_run.py",
    "exchange/delivery/test_command.py",
    "exchange/delivery/test_threads.py",
    "exchange/sheets/test_workbook.py",
    "exchange/test_services.py",
    "house/test_commands.py",
    "house/test_demo.py",
    "house/test_statements.py",
    "house/test_tooling.py",
    "notices/test_sending.py",
    "policies/test_planning_properties.py",
    "policies/test_score_bounds.py",
    "policies/test_sweep_kill.py",
    "programmes/test_folder_only.py",
    "reference/test_publishing.py",
)
NOT_QUICK_FIXTURES = frozenset({"server", "app", "client", "new_client", "sign_in", "chromium", "walked"})


def dialects_of(path: PurePath, fixtures: Collection[str], *, chosen: str, long: bool, quick: bool) -> list[str]:
    """The databases on which a test of the file at `path` (below tests/) runs, if it needs one."""
    if quick or chosen != "both":
        one = "sqlite" if quick else chosen
        return [] if one == "sqlite" and _is_one_of(path, OF_SEVERAL_PROCESSES) else [one]
    if _is_one_of(path, OF_SEVERAL_PROCESSES) or (_is_one_of(path, OF_KILLED_PROCESSES) and not long):
        return ["postgresql"]
    return list(DIALECTS) if long or not _is_of_a_page(path) or LOOKING & set(fixtures) else ["sqlite"]


def is_seen_by_both(path: PurePath, fixtures: Collection[str]) -> bool:
    """Whether a test is never spared: it is about the database, or about processes that share one."""
    patterns = (*OF_POSTGRESQL_ITSELF, *OF_KILLED_PROCESSES, *OF_SEVERAL_PROCESSES)
    return bool(LOOKING & set(fixtures)) or _is_one_of(path, patterns)


def _is_of_a_page(path: PurePath) -> bool:
    return _is_one_of(path, PAGES) and not _is_one_of(path, ON_BOTH)


@cache  # asked for each test, which are many in a file
def _is_one_of(path: PurePath, patterns: tuple[str, ...]) -> bool:
    return any(path.match(pattern) for pattern in patterns)


def is_quick(path: PurePath, fixtures: Collection[str]) -> bool:
    """Whether `--quick` runs a test of the file at `path`."""
    if path.parts[0] in NOT_QUICK or str(path) in NOT_QUICK_FILES:
        return False
    return not NOT_QUICK_FIXTURES & set(fixtures)
