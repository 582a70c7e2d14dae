"""A real server process on a free port."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Server:
    """A running server: its address, its process, and what it has printed."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def printed(self) -> str:
        """What it has written so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def clean_environment(**values: str) -> dict[str, str]:
    """This process's environment without settings of Yumiao, and with `values`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("YUMIAO_")}
    return {**kept, **values}


@contextmanager
def serving(
    command: Sequence[str | Path],
    *,
    port: int,
    log: Path,
    environment: Mapping[str, str],
    cwd: Path | None = None,
    seconds: float = 60,
) -> Iterator[Server]:
    """Run `command` until the block ends; begins when `/healthz` answers 200."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*map(str, command)],
            cwd=cwd,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = Server(f"http://127.0.0.1:{port}", process, log)
    try:
        wait_until_healthy(server, seconds)
        yield server
    finally:
        _stop(process)


def wait_until_healthy(server: Server, seconds: float) -> None:
    """Returns when `/healthz` answers 200; fails with the server's own words when it ends or takes too long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.process.poll() is None:
        if is_healthy(server.url):
            return
        time.sleep(0.1)
    raise AssertionError(f"the server is not healthy after {seconds:.0f} s: {server.printed()[-3000:]}")


def is_healthy(url: str) -> bool:
    """Whether `/healthz` answers 200 now."""
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
