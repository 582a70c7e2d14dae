"""`yumiao` in processes of its own that begin at once: forked from one that has loaded everything and opened nothing.

Loading takes longer than what they are killed in.
"""

import multiprocessing
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.simulator.preloaded"])


@dataclass(frozen=True)
class Command:
    """A `yumiao` command that runs, and the file it writes to, after its forerunners."""

    process: BaseProcess
    log: Path

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self.process.is_alive()

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self.process.kill()
        self.process.join()

    def printed(self) -> str:
        """What was written."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""


def begin(*arguments: str, environment: Mapping[str, str], log: Path) -> Command:
    """Run `yumiao` with these arguments and these settings."""
    process = _FORKS.Process(target=_run, args=(arguments, dict(environment), log), daemon=True)
    process.start()
    return Command(process, log)


def _run(arguments: tuple[str, ...], environment: Mapping[str, str], log: Path) -> None:
    from tests.simulator.preloaded import cli

    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(written, stream)
    for name in [name for name in os.environ if name.startswith("YUMIAO_")]:
        del os.environ[name]
    os.environ.update(environment)
    sys.argv = ["yumiao", *arguments]
    cli.main()
