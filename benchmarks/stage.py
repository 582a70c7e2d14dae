"""Where both sides stand: served, filled alike, and measured in turn; and how a reading is told."""

import statistics
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from benchmarks.goals import Goal, Row, ratio
from benchmarks.load import Load, Request, Side, drive
from benchmarks.peers.stock import Stock
from benchmarks.world import World

#: Both readings in words, and the figure that they come to.
Found = tuple[str, str, float]

MANY = 8
SHORT_FIRMS = 2_000


@dataclass(frozen=True)
class Size:
    """How much is done: rounds, requests in a turn at eight connections (a fifth of that at one), rows of an imported list."""

    rounds: int
    requests: int
    rows: int

    @property
    def few(self) -> int:
        """Rounds of what takes long."""
        return max(3, self.rounds // 3)


SHORT = Size(rounds=3, requests=16, rows=4_000)


@dataclass(frozen=True)
class Stage:
    """Both sides, served; `web`, `api`, `admin` and `rest` are the headers of who is signed in where."""

    world: World
    stock: Stock
    size: Size
    ours: Side
    peer: Side
    web: Mapping[str, str]
    api: Mapping[str, str]
    firms: Iterator[str]
    rows: list[Row] = field(default_factory=list)

    @property
    def admin(self) -> Mapping[str, str]:
        """Signed in to the peer's pages."""
        return {"cookie": self.stock.cookie}

    @property
    def rest(self) -> Mapping[str, str]:
        """Signed in to the peer's API."""
        return {"authorization": f"Token {self.stock.token}", "content-type": "application/json"}

    def requests(self, at_once: int) -> int:
        """How many make one turn."""
        return self.size.requests if at_once > 1 else max(4, self.size.requests // 5)

    def reader(self, side: Side, path: str, headers: Mapping[str, str], at_once: int) -> Callable[[], Load]:
        """One turn of reading one address; every process of the side has read it before."""
        request = Request(path, headers)
        drive(side, [request] * MANY, MANY)
        return lambda: drive(side, [request] * self.requests(at_once), at_once)

    def add(self, work: str, found: Found, goal: Goal | None = None) -> None:
        """Note one line; its figure is in the goal's unit."""
        self.rows.append(Row(work, *found, goal.unit if goal else "×", goal))

    def add_ms(self, work: str, ours: float, peer: float | None, bound: float) -> None:
        """Note one line in milliseconds, at most so many; nothing where the machine does not tell them."""
        if ours:
            self.add(work, (ms(ours), "" if peer is None else ms(peer), ours), Goal(bound, "ms", at_least=False))


def turns(ways: Mapping[str, Callable[[], Load]], rounds: int) -> dict[str, list[Load]]:
    """Each way once per round, in turn, after one round that does not count."""
    taken = {name: [way()] for name, way in ways.items()}
    for _round in range(rounds):
        for name, way in ways.items():
            taken[name].append(way())
    return {name: loads[1:] for name, loads in taken.items()}


# -- how a reading is told ---------------------------------------------------------------------------------------------------


def compared(ours: list[Load], peer: list[Load], told: Callable[[list[Load]], str]) -> Found:
    """Both readings in words, and how many times more of it we do in a second."""
    return told(ours), told(peer), ratio([load.rate for load in ours], [load.rate for load in peer])


def median(loads: list[Load], figure: Callable[[Load], float | None]) -> float:
    known = [value for load in loads if (value := figure(load)) is not None]
    return statistics.median(known) if known else 0.0


def per_second(loads: list[Load]) -> str:
    rate, p50, p95 = median(loads, lambda load: load.rate), late(loads, 0.5), late(loads, 0.95)
    return f"{rate:,.1f}/s, p50 {p50:.0f} p95 {p95:.0f} ms{_cpu(loads)}"


def seconds(loads: list[Load]) -> str:
    first = median(loads, lambda load: load.first[0] if load.first else None)
    begun = f", first byte {first:.2f} s" if first else ""
    return f"{median(loads, lambda load: load.seconds):.2f} s{begun}{_cpu(loads)}"


def rows_per_second(loads: list[Load]) -> str:
    return f"{median(loads, lambda load: load.rate):,.0f} rows/s{_cpu(loads)}"


def ms(milliseconds: float) -> str:
    return f"{milliseconds:.1f} ms"


def late(loads: list[Load], share: float) -> float:
    """Milliseconds within which so many were answered."""
    return median(loads, lambda load: load.quantile(share))


def _cpu(loads: list[Load]) -> str:
    spent = median(loads, lambda load: load.cpu_ms)
    return f", CPU {spent:,.1f} ms" if spent else ""
