"""What one test may take, and which may take longer because they wait for a process, a browser or a whole demo."""

import resource
from collections.abc import Mapping
from fnmatch import fnmatch

SECONDS = 5.0
#: Machines differ: what one works in five seconds another does in twelve. A run fails only beyond what that explains.
FAILS_ABOVE = 3 * SECONDS
#: What they have in common is named first; a test that only became slow has no place here.
MAY_TAKE_LONGER = (
    # a browser, or the walk of every page
    "tests/journeys/*",
    # a server or a command in a process of its own
    "tests/api/test_crashing_consumer.py*",
    "tests/api/test_pulling_client.py*",
    "tests/delivery/*",
    "tests/doors/test_admission.py*",
    "tests/doors/test_neighbours.py*",
    "tests/enterprises/imports/test_kill*",
    "tests/enterprises/imports/test_undo_kill*",
    "tests/notices/test_sending.py*",
    "tests/policies/test_sweep_kill.py*",
    "tests/simulator/*",
    "tests/web/test_bulk.py*",
    # a whole deployment with its demo
    "tests/backup/*",
    "tests/exchange/test_services.py*",
    "tests/house/test_demo.py*",
    # every source, every page or every rule at once
    "tests/doors/test_hostile_addresses.py*",
    "tests/house/*",
    "tests/rules/*",
)


def worked() -> float:
    """Processor seconds of this process so far, and of those that it started and that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def exceeded(seconds: Mapping[str, float], above: float = SECONDS) -> list[str]:
    """Of tests and what each took, those that took more than `above` and may not, the slowest first."""
    slow = {name: took for name, took in seconds.items() if took > above and not _may(name)}
    return [f"{took:6.1f} s  {name}" for name, took in sorted(slow.items(), key=lambda item: -item[1])]


def _may(name: str) -> bool:
    return any(fnmatch(name, pattern) for pattern in MAY_TAKE_LONGER)
