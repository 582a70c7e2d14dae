"""Load that serves both sides alike: calls in turn over connections that stay open, and what the server's processes spend meanwhile."""

import http.client
import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

PATIENCE = 300


@dataclass(frozen=True)
class Request:
    """One request and the status that it has to be answered with."""

    path: str
    headers: Mapping[str, str]
    method: str = "GET"
    body: bytes | None = None
    status: int = 200


@dataclass(frozen=True)
class Load:
    """What a number of pieces took: seconds of the whole, of processors (None: not told here), of each and until its first byte."""

    count: int
    seconds: float
    cpu: float | None
    each: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Pieces per second."""
        return self.count / self.seconds

    @property
    def cpu_ms(self) -> float | None:
        """Milliseconds of processor per piece."""
        return None if self.cpu is None else self.cpu / self.count * 1000

    def quantile(self, share: float) -> float:
        """Milliseconds within which that share of the requests was answered."""
        return quantile(self.each, share) * 1000


def quantile(values: Sequence[float], share: float) -> float:
    """The value that so large a share of `values` does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass(frozen=True)
class Side:
    """A server under load: where it listens, and the process that all of its processes descend from."""

    base: str
    pid: int


def drive(side: Side, requests: Sequence[Request], at_once: int) -> Load:
    """Send the requests over so many connections, each its next as soon as it has an answer."""
    waiting = _Waiting(iter(requests))
    hands = [threading.Thread(target=_work, args=(side, waiting)) for _hand in range(at_once)]
    before, started = tree_seconds(side.pid), time.perf_counter()
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    taken, after = time.perf_counter() - started, tree_seconds(side.pid)
    if waiting.failed:
        raise AssertionError(waiting.failed[0])
    cpu = None if before is None or after is None else after - before
    return Load(len(waiting.each), taken, cpu, waiting.each, waiting.first)


@dataclass
class _Waiting:
    requests: Iterator[Request]
    each: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> Request | None:
        with self.lock:
            return None if self.failed else next(self.requests, None)


def _work(side: Side, waiting: _Waiting) -> None:
    where = urlsplit(side.base)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=PATIENCE)
    try:
        while (request := waiting.take()) is not None:
            started = time.perf_counter()
            connection.request(request.method, request.path, request.body, dict(request.headers))
            answer = connection.getresponse()
            content = answer.read(1)
            waiting.first.append(time.perf_counter() - started)
            content += answer.read()
            waiting.each.append(time.perf_counter() - started)
            if answer.status != request.status:
                waiting.failed.append(f"{request.method} {request.path}: {answer.status} {content[:300]!r}")
    except OSError as error:
        waiting.failed.append(f"{type(error).__name__}: {error}")
    finally:
        connection.close()


def tree_seconds(pid: int) -> float | None:
    """Seconds of processor that a process and all below it have spent, those that ended included; None without /proc."""
    if not Path("/proc/self/stat").exists():
        return None
    known = {int(folder.name): stat for folder in Path("/proc").glob("[0-9]*") if (stat := _stat(folder)) is not None}
    family, found = {pid}, True
    while found:
        found = {child for child, stat in known.items() if int(stat[1]) in family and child not in family}
        family |= found
    spent = sum(sum(map(int, known[member][11:15])) for member in family if member in known)
    return spent / os.sysconf("SC_CLK_TCK")


def _stat(folder: Path) -> list[str] | None:
    """The fields of /proc/N/stat from the third on (the second is a name in brackets): state, parent, …"""
    try:
        return (folder / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None  # it ended meanwhile
