"""Page latency over HTTP, as a ratio to a bare signed-in page of the same server (chrome, session, no business)."""

import httpx2 as httpx

from benchmarks.measure import interleaved, table
from benchmarks.world import World, serving, signed_in

BARE = "/system"
PAGES = (
    ("desk", "/"),
    ("enterprises, first page", "/enterprises"),
    ("enterprises, by township and field", "/enterprises?region=429005106&field=203"),
    ("enterprises, two characters", "/enterprises?q=牛磺"),
    ("enterprises, common characters", "/enterprises?q=科技"),
    ("enterprises, initials", "/enterprises?q=nhs"),
    ("cases", "/cases"),
    ("board", "/cases/board"),
    ("commissioners", "/commissioners"),
    ("incentives", "/incentives"),
    ("journal", "/system/journal"),
)


def run(world: World, rounds: int) -> None:
    """Measure every page in turn with the bare one."""
    with serving(world) as base, signed_in(base) as client:

        def get(path: str) -> None:
            answer = client.get(path)
            assert answer.status_code == httpx.codes.OK, (path, answer.status_code)

        calls = {name: (lambda path=path: get(path)) for name, path in (("bare", BARE), *PAGES)}
        results = interleaved(calls, rounds)
    bare = results["bare"].median
    table(
        f"Pages, {world.dialect}",
        ("page", "median ms", "worst ms", "× bare page"),
        [
            (name, f"{found.median * 1000:.1f}", f"{found.worst * 1000:.1f}", f"{found.median / bare:.1f}")
            for name, found in results.items()
        ],
    )
