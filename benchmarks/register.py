"""What is asked of every firm at once: a sweep under all policies, and a what-if, cold and warm, while somebody else reads a page."""

import shutil
import threading
import time
from pathlib import Path

import httpx2 as httpx
from sqlalchemy import select

from app.composition.slices import compose
from app.kit.db import Database, read_scope
from app.kit.facts.owners import Owners
from app.policies.models import Sweep
from app.policies.queries import get_catalogue
from app.policies.service.fact_sources import read_columns
from app.policies.sweeps.decisions import FirmBatch
from app.policies.sweeps.domain import BATCH
from app.policies.sweeps.rulebook import Rulebook, by_rule
from app.policies.whatif.register import list_firms
from app.policies.whatif.shelf import RegisterShelf
from benchmarks.measure import table
from benchmarks.world import World, served, signed_in

WHAT_IF = "/policies/high-tech-enterprise/what-if"
OTHER_PAGE = "/system"


def run(world: World, rounds: int) -> None:
    """A sweep, what it takes to decide alone, and the what-if of the certification."""
    started = time.perf_counter()
    world.run("sweep")
    whole = time.perf_counter() - started
    reading, deciding, firms = _decided(world)
    rows = [
        (f"sweep of {firms:,} firms, every line stored", f"{whole:.1f} s", "≤ 60 s"),
        ("its reading and deciding alone", f"{reading:.1f} + {deciding:.1f} s of CPU", "≤ 15 s"),
        *_what_if(world, rounds),
    ]
    table(f"A whole register, {world.dialect}", ("work", "figure", "goal for 100,000 firms"), rows)


def _decided(world: World) -> tuple[float, float, int]:
    """CPU seconds of this process, reading what is known and deciding under the rules of the newest sweep; how many firms."""
    database = Database(world.url, compose())
    reading = deciding = 0.0
    with read_scope(database) as session:
        newest = session.scalars(select(Sweep).order_by(Sweep.id.desc()).limit(1)).one()
        catalogue, rulebook = get_catalogue(session), Rulebook(session, newest)
        firms = list_firms(session, newest.region_prefix)
        for start in range(0, len(firms), BATCH):
            began = time.process_time()
            batch = Owners(firms[start : start + BATCH])
            columns = read_columns(session, catalogue, batch, newest.on_day)
            read = time.process_time()
            rules = {key: rulebook.rules_for(session, newest.region_prefix) for key in batch.listed}
            decider = FirmBatch(batch.ids, columns, newest.on_day)
            for rule, keys in by_rule(rules).items():
                assert len(list(decider.decide(rule, keys))) == len(keys)
            reading, deciding = reading + read - began, deciding + time.process_time() - read
    database.dispose()
    return reading, deciding, len(firms)


def _what_if(world: World, rounds: int) -> list[tuple[str, str, str]]:
    shelf = RegisterShelf.within(Path(world.environment["YUMIAO_DATA_DIR"]))
    shutil.rmtree(shelf.folder, ignore_errors=True)
    with served(world) as side, signed_in(side.base, "zhou") as client, signed_in(side.base, "wang") as other:
        before, waits = _memory(side.pid), _Waits(other)
        with waits:
            cold = _taken(client, "")
        warm = [_taken(client, f"?p.score_needed={70 + number}") for number in range(1, rounds + 1)]
        grown = _memory(side.pid) - before
    with served(world) as side, signed_in(side.base, "zhou") as client:
        ready = _taken(client, "")
    return [
        ("what-if, read anew", f"{cold:.1f} s", ""),
        ("what-if, cold: the first after a start, made ready before", f"{ready:.1f} s", "≤ 3 s"),
        ("what-if, warm: median, worst", f"{sorted(warm)[len(warm) // 2]:.2f}, {max(warm):.2f} s", "≤ 0.5 s"),
        (
            "another's page meanwhile, worst (without: best)",
            f"{max(waits.each):.2f} ({min(waits.each):.2f}) s",
            "nobody waits",
        ),
        ("memory of the server for it", f"{grown / 1024:.0f} MB", ""),
    ]


def _taken(client: httpx.Client, query: str) -> float:
    started = time.perf_counter()
    answer = client.get(WHAT_IF + query)
    assert answer.status_code == httpx.codes.OK, answer.text[:500]
    return time.perf_counter() - started


class _Waits:
    """How long somebody else waits for a page, again and again while the block runs."""

    def __init__(self, client: httpx.Client) -> None:
        self._client, self._over = client, threading.Event()
        self._thread = threading.Thread(target=self._read)
        self.each: list[float] = []

    def _read(self) -> None:
        while not self._over.wait(0.1):
            started = time.perf_counter()
            self._client.get(OTHER_PAGE).raise_for_status()
            self.each.append(time.perf_counter() - started)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()


def _memory(pid: int) -> int:
    """Kilobytes that a process holds (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))
