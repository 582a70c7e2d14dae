"""Run the benchmarks: `.venv/bin/python -m benchmarks --db postgresql --enterprises 100000`."""

import argparse
import platform
import sys
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path

from benchmarks import beside, burst, casework, exchange, flow, pages, policies, register, walk
from benchmarks.stage import SHORT, SHORT_FIRMS, Size
from benchmarks.world import World, existing, make_world


def main() -> None:
    """Measure pages, export, import, casework and the exchange on one database, and deciding without any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--enterprises", type=int, default=10_000, help="demo firms for pages and export")
    parser.add_argument("--rows", type=int, default=20_000, help="rows of the imported list")
    parser.add_argument("--cases", type=int, default=100_000, help="cases of the casework benchmark")
    parser.add_argument("--events", type=int, default=1_000_000, help="events of the casework benchmark")
    parser.add_argument("--moved", type=int, default=10_000, help="cases moved by one order")
    parser.add_argument("--pushed", type=int, default=5_000, help="records pushed to the simulated province")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument(
        "--only",
        choices=["pages", "walk", "burst", "export", "import", "policies", "casework", "exchange", "push", "register"],
    )
    parser.add_argument(
        "--smaller", type=int, default=1_000, help="demo firms of the deployment a walk is compared with"
    )
    parser.add_argument(
        "--at",
        nargs=2,
        action="append",
        metavar=("URL", "FOLDER"),
        help="a deployment that is there already, its database and its data directory; with --only walk twice, a large and a small one",
    )
    parser.add_argument("--peers", action="store_true", help="beside a stock Django, on PostgreSQL, and nothing else")
    parser.add_argument(
        "--short", action="store_true", help="with --peers: 2,000 firms; fails where a goal is missed by far"
    )
    chosen = parser.parse_args()
    if chosen.short:
        chosen.enterprises = SHORT_FIRMS
    print(f"Python {platform.python_version()}, {platform.machine()}, {chosen.enterprises:,} firms")
    if chosen.peers:
        size = SHORT if chosen.short else Size(chosen.rounds, 80, chosen.rows)
        lost = beside.run(chosen.enterprises, size)
        sys.exit(f"Ten times worse than the goal: {'; '.join(lost)}" if chosen.short and lost else 0)
    _measure(chosen)


def _measure(chosen: argparse.Namespace) -> None:
    if chosen.only == "push":
        exchange.run_push(chosen.db, chosen.pushed, chosen.rounds)
    elif chosen.only == "walk":
        _walk(chosen)
    else:
        _measure_pages_and_work(chosen)


def _measure_pages_and_work(chosen: argparse.Namespace) -> None:
    if chosen.only in (None, "policies"):
        policies.run(chosen.enterprises, chosen.rounds)
    if chosen.only in (None, "casework"):
        casework.run(chosen.db, chosen.cases, chosen.events, chosen.moved, chosen.rounds)
    if chosen.only in (None, "exchange"):
        exchange.run(chosen.db, chosen.enterprises, chosen.pushed, chosen.rounds)
    if chosen.only not in ("import", "policies", "casework", "exchange"):
        with _world(chosen) as world:
            if chosen.only in (None, "pages"):
                pages.run(world, chosen.rounds)
            if chosen.only in (None, "register"):
                register.run(world, chosen.rounds)
            if chosen.only in (None, "burst"):
                burst.run(world)
            if chosen.only in (None, "export"):
                flow.run_export(world)
    if chosen.only in (None, "import"):
        flow.run_import(chosen.db, chosen.rows)


def _world(chosen: argparse.Namespace) -> AbstractContextManager[World]:
    """The deployment that is named, else a new one with so many firms of the demo."""
    if chosen.at:
        (url, folder), *_ = chosen.at
        return nullcontext(existing(url, Path(folder)))
    return make_world(chosen.db, chosen.enterprises)


def _walk(chosen: argparse.Namespace) -> None:
    with ExitStack() as stack:
        sizes = (chosen.enterprises, chosen.smaller)
        worlds = [existing(url, Path(folder)) for url, folder in chosen.at or ()] or [
            stack.enter_context(make_world(chosen.db, firms)) for firms in sizes
        ]
        walk.run(worlds[0], worlds[-1], chosen.rounds)


if __name__ == "__main__":
    main()
