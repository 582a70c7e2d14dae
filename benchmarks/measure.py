"""Timing in turn: what is measured and its limit take turns, so that a slow moment hits both."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """Seconds per call, median over the rounds, and the worst."""

    median: float
    worst: float


def interleaved(calls: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Result]:
    """Each call once per round, in turn, after one round that does not count."""
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for round_number in range(rounds + 1):
        for name, call in calls.items():
            started = time.perf_counter()
            call()
            if round_number:
                taken[name].append(time.perf_counter() - started)
    return {name: Result(statistics.median(times), max(times)) for name, times in taken.items()}


def table(title: str, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """Print one Markdown table."""
    print(f"\n### {title}\n")
    for row in (header, tuple("---" for _ in header), *rows):
        print("| " + " | ".join(row) + " |")
