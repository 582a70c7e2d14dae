"""Which worker runs what: all that share something costly run on one worker, for each worker builds its own.

That is a demo, the parsed sources, or a copy of the tree.

Groups by `xdist_group` are not seen by pytest 9, which no longer keeps the name that xdist changes.
"""

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from tests.support.databases import DIALECTS

_TOGETHER = ("tests/house/", "tests/delivery/")
#: Files whose tests share a server, or what takes longer to load than a test.
_AS_ONE = ("tests/api/test_fuzzing.py", "tests/doors/test_neighbours.py")


class ByDemo(LoadScopeScheduling):  # type: ignore[misc]
    """Each test by itself, but the journeys of one database together, and the rules of the house; these first."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def group_of(nodeid: str) -> str:
    """What runs together with the test: itself alone, its file or folder, or the journeys through the demo on the same database.

    The walk takes as long as all other journeys together: where it opens a browser it has a demo of its own, and both a worker.
    """
    path, _, test = nodeid.partition("::")
    if path.startswith(_TOGETHER):
        return path.rpartition("/")[0]
    if path in _AS_ONE:
        return path
    if not path.startswith("tests/journeys/") or path.endswith("/test_kill_journey.py"):
        return nodeid
    if path.endswith("/test_walk.py") and "sqlite" in test.partition("[")[2]:
        return "the walk on sqlite"
    return next((f"journeys on {name}" for name in DIALECTS if name in test.partition("[")[2]), nodeid)
