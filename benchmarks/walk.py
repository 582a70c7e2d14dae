"""Every page that officers, the leader and a firm reach by links, on a large deployment and on a small one.

Tells the slowest pages, those whose cost grows with the register, and the server's memory after the walk.
"""

import contextlib
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2 as httpx

from app.config import Settings
from app.main import create_app
from benchmarks.load import Side
from benchmarks.measure import table
from benchmarks.watched import TOLD
from benchmarks.world import World, free_port, running, signed_in
from tests.support.crawl import crawl
from tests.support.routes import routes_of

STARTS = {
    "wang": ["/", "/?view=office", "/desk/tasks?view=office"],
    "zhou": ["/", "/?view=mine", "/desk/tasks?view=mine"],
    "admin": ["/"],
    "chen": ["/"],
    "qiye": ["/portal"],
}
#: Addresses of one route that are opened: different records and filters cost differently.
TRIES = 2
SLOWEST, SLOW_MS = 25, 100
#: A page grows whose median is so many times the small one's, and by more than noise.
GROWN, NOISE_MS = 2.0, 10
#: Routes that are opened once and not measured: they show the whole register, or are made to be kept.
WHOLE = re.compile(r"/export\.|\.(zip|pdf|docx|xlsx)$|/api/|/dev/")
#: Routes that are not opened: a what-if holds the register in memory.
APART = re.compile(r"/what-if")
HEAD = ("who", "page", "work ms", "here", "database", "statements", "with waiting", "work on the small one", "×")
#: Seconds in which a server that is left alone gives back what it does not need.
REST = 20


@dataclass(frozen=True)
class Cost:
    """What a page took, in milliseconds: in all, of processor here and in the database; and its statements."""

    ms: float
    cpu: float
    sql: float
    statements: int

    @property
    def work(self) -> float:
        """Milliseconds of processor: what the page takes on a machine that does nothing else."""
        return self.cpu + self.sql


@dataclass(frozen=True)
class Walked:
    """The dearest address of each route for each person, and the server's memory in MB: at the start, at the end, at worst, after a rest."""

    pages: dict[tuple[str, str], tuple[str, Cost]]
    memory: tuple[float, float, float, float]
    failures: list[str]


def run(large: World, small: World, rounds: int) -> None:
    """Walk both, print what is slow, what grows, and what is left in memory."""
    few, many = walk(small, rounds), walk(large, rounds)
    slowest = sorted(many.pages.items(), key=lambda item: -item[1][1].work)
    table(
        f"The {SLOWEST} slowest pages, {large.dialect}",
        HEAD,
        [_line(key, found, few) for key, found in slowest[:SLOWEST]],
    )
    grown = [(key, found) for key, found in slowest if _has_grown(key, found[1], few)]
    table(
        "Pages that grow with the register",
        HEAD,
        [_line(key, found, few) for key, found in grown],
    )
    slow = sum(found[1].work > SLOW_MS for found in many.pages.values())
    print(f"\n{len(many.pages)} pages, {slow} above {SLOW_MS} ms, {len(grown)} grow; median {_middle(many):.0f} ms")
    for name, walked in (("large", many), ("small", few)):
        print(
            f"memory, {name}: start {{:.0f}}, end {{:.0f}}, peak {{:.0f}}, after a rest {{:.0f}} MB".format(
                *walked.memory
            )
        )
    for failure in many.failures:
        print(f"not walked: {failure}")


def _middle(walked: Walked) -> float:
    return statistics.median(cost.work for _address, cost in walked.pages.values())


def _line(key: tuple[str, str], found: tuple[str, Cost], few: Walked) -> tuple[str, ...]:
    address, cost = found
    small = few.pages.get(key)
    compared = (f"{small[1].work:.0f}", f"{cost.work / small[1].work:.1f}") if small else ("", "")
    told = (f"{cost.work:.0f}", f"{cost.cpu:.0f}", f"{cost.sql:.0f}", str(cost.statements), f"{cost.ms:.0f}")
    return (key[0], address[:80].replace("|", "%7C"), *told, *compared)


def _has_grown(key: tuple[str, str], cost: Cost, few: Walked) -> bool:
    small = few.pages.get(key)
    return small is not None and cost.work > GROWN * small[1].work and cost.work - small[1].work > NOISE_MS


# -- walking -----------------------------------------------------------------------------------------------------------------


def walk(world: World, rounds: int) -> Walked:
    """Every page that links lead to, each so many rounds after one that does not count."""
    with tempfile.TemporaryDirectory() as folder, _watched(world) as side:
        routes = create_app(Settings(_env_file=None, data_dir=Path(folder), worker=False))
        known = [route.path for route in routes_of(routes) if APART.search(route.path)]
        memory, pages, failures = [_resident(side.pid)], {}, []
        for who, starts in STARTS.items():
            with signed_in(side.base, who) as client:
                found = crawl(routes, client, starts, tries=TRIES, known=known)
                failures += [f"{who}: {failure}" for failure in found.failures]
                for route, paths in found.opened.items():
                    if paths and not WHOLE.search(route):
                        costs = [(path, _median(client, path, rounds)) for path in paths]
                        pages[who, route] = max(costs, key=lambda cost: cost[1].work)
        memory += [_resident(side.pid), _resident(side.pid, "VmHWM")]
        time.sleep(REST)
        return Walked(pages, (*memory, _resident(side.pid)), failures)  # type: ignore[arg-type]


def _median(client: httpx.Client, path: str, rounds: int) -> Cost:
    told: list[dict[str, Any]] = []
    for _round in range(rounds):
        client.get(path)
        told.append(client.get(TOLD).json())
    middle = {name: statistics.median(one[name] for one in told) for name in told[0]}
    return Cost(middle["ms"], middle["cpu"], middle["sql"], int(middle["statements"]))


@contextlib.contextmanager
def _watched(world: World) -> Iterator[Side]:
    port = free_port()
    environment = world.environment | {"YUMIAO_WORKER": "false"}
    command = [sys.executable, "-m", "benchmarks.watched", str(port)]
    with running(command, environment, f"http://127.0.0.1:{port}") as side:
        yield side


def _resident(pid: int, field: str = "VmRSS") -> float:
    """MB of memory that a process holds; not a number without /proc."""
    status = Path(f"/proc/{pid}/status")
    found = re.search(rf"{field}:\s+(\d+)", status.read_text()) if status.exists() else None
    return int(found[1]) / 1024 if found else float("nan")
