"""Many requests in one moment: is everybody answered, and is health answered meanwhile?"""

import asyncio
import multiprocessing
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from threading import Event

import httpx2 as httpx

from benchmarks.load import quantile
from benchmarks.measure import table
from benchmarks.world import World, serving, signed_in

READS = ("/enterprises", "/cases", "/desk/tasks", "/targets", "/programmes", "/notices", "/system", "/commissioners")
AT_ONCE = (8, 64, 256)
#: Seconds after which somebody is taken to have no answer.
PATIENCE = 300
#: Seconds between two questions for health.
PAUSE = 0.01
SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Burst:
    """What came back: statuses, seconds until the last answer, seconds of each question for health."""

    statuses: Counter[int | str]
    seconds: float
    health: list[float]

    @property
    def unanswered(self) -> int:
        """How many did not get what they asked for."""
        return self.statuses.total() - self.statuses[httpx.codes.OK]

    def stretched(self, least: "Burst") -> float:
        """How long the last one waited, as a multiple of what the throughput of `least` makes of so many."""
        return self.seconds / (self.statuses.total() * least.seconds / least.statuses.total())


def bursts(base: str, cookies: dict[str, str]) -> dict[int, Burst]:
    """`AT_ONCE` mixed reads in one moment, after one round that does not count."""
    _burst(base, cookies, AT_ONCE[0])
    return {number: _burst(base, cookies, number) for number in AT_ONCE}


def run(world: World) -> None:
    """Print what came of the bursts on a server of their own."""
    with serving(world) as base, signed_in(base) as client:
        found = bursts(base, dict(client.cookies))
    least = found[AT_ONCE[0]]
    table(
        f"Burst, {world.dialect}",
        (
            "at once",
            "statuses",
            "last answer s",
            "requests/s",
            "× of N ÷ throughput at 8",
            "health p99 ms",
            "health worst ms",
        ),
        [
            (
                str(number),
                " ".join(f"{status}: {n}" for status, n in sorted(burst.statuses.items(), key=str)),
                f"{burst.seconds:.1f}",
                f"{number / burst.seconds:.1f}",
                f"{burst.stretched(least):.2f}",
                f"{quantile(burst.health, 0.99) * 1000:.0f}",
                f"{max(burst.health) * 1000:.0f}",
            )
            for number, burst in found.items()
        ],
    )


def _burst(base: str, cookies: dict[str, str], number: int) -> Burst:
    """Whoever asks for health is another process: this one has enough to do with its `number` connections."""
    with ProcessPoolExecutor(1, SPAWN) as pool, SPAWN.Manager() as manager:
        begun, ended = manager.Event(), manager.Event()
        watching = pool.submit(_watch, base, begun, ended)
        begun.wait()
        started = time.perf_counter()
        try:
            statuses = asyncio.run(_everybody(base, cookies, number))
            seconds = time.perf_counter() - started
        finally:
            ended.set()
        return Burst(statuses, seconds, watching.result())


def _watch(base: str, begun: Event, ended: Event) -> list[float]:
    """Seconds of each question for health, asked on one connection until the burst has ended."""
    health = []
    with httpx.Client(base_url=base, timeout=PATIENCE) as client:
        client.get("/healthz")
        begun.set()
        while not ended.wait(PAUSE):
            asked = time.perf_counter()
            client.get("/healthz").raise_for_status()
            health.append(time.perf_counter() - asked)
    return health or [0.0]


async def _everybody(base: str, cookies: dict[str, str], number: int) -> Counter[int | str]:
    limits = httpx.Limits(max_connections=number)
    async with httpx.AsyncClient(base_url=base, cookies=cookies, limits=limits, timeout=PATIENCE) as client:
        return Counter(await asyncio.gather(*(_status(client, READS[place % len(READS)]) for place in range(number))))


async def _status(client: httpx.AsyncClient, path: str) -> int | str:
    try:
        return (await client.get(path)).status_code
    except httpx.HTTPError as error:
        return type(error).__name__
