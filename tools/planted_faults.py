"""Plants known faults, one at a time, and tells which of them the tests find. Started by tools/planted-faults."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.support import kept
from tests.support.databases import Templates

ROOT = Path(__file__).parent.parent
LIST = ROOT / "tests" / "planted_faults.yaml"
COPIED = ("app", "docs", "migrations", "requirements", "seeds", "tests", "tools", "pyproject.toml", "alembic.ini")
FOUND, NOT_FOUND, BROKEN = "found", "NOT FOUND", "COULD NOT RUN"


@dataclass(frozen=True)
class Fault:
    """`new` in the place of `old` in `file`; `tests` are those beside it."""

    slice: str
    file: str
    old: str
    new: str
    tests: list[str]

    def objection(self, root: Path) -> str:
        """Why it cannot be planted in the tree at `root`, or nothing."""
        path = root / self.file
        times = path.read_text(encoding="utf-8").count(self.old) if path.is_file() else 0
        gone = [name for name in self.tests if not (root / name).exists()]
        return f"{self.file}: {self.old!r} stands there {times} times" if times != 1 else ", ".join(gone)


def faults() -> list[Fault]:
    """All there are."""
    return [Fault(**entry) for entry in yaml.safe_load(LIST.read_text(encoding="utf-8"))]


def main(part: str) -> int:
    """Try those whose slice or file holds `part`; the answer is the exit code."""
    chosen = [fault for fault in faults() if part in fault.slice or part in fault.file]
    with tempfile.TemporaryDirectory(prefix="yumiao-faults-") as folder:
        Templates(Path(folder)).prepare("sqlite")  # built once, then kept
        results = [_told(fault, Path(folder)) for fault in chosen]
    print(f"{results.count(FOUND)} of {len(results)} faults found")
    return 0 if results.count(FOUND) == len(results) else 1


def _told(fault: Fault, folder: Path) -> str:
    started = time.monotonic()
    objection = fault.objection(ROOT)
    result = objection or _tried(fault, folder)
    print(f"{result:13} {time.monotonic() - started:5.0f} s  {fault.slice:12} {fault.file}: {fault.new}", flush=True)
    return result


def _tried(fault: Fault, folder: Path) -> str:
    tree = folder / "tree"
    shutil.rmtree(tree, ignore_errors=True)
    _copy(tree)
    path = tree / fault.file
    path.write_text(path.read_text(encoding="utf-8").replace(fault.old, fault.new), encoding="utf-8")
    _lend_sound_database(tree, folder)
    command = [
        sys.executable,
        "-m",
        "pytest",
        *fault.tests,
        "-x",
        "-q",
        "-n0",
        "--db",
        "sqlite",
        "-p",
        "no:cacheprovider",
    ]
    environment = os.environ | {"XDG_CACHE_HOME": str(folder)}
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    last = done.stdout.strip().rpartition("\n")[2]
    if done.returncode == 1 and " failed" in last:
        return FOUND
    return NOT_FOUND if done.returncode == 0 else f"{BROKEN}: {last}"


def _copy(tree: Path) -> None:
    tree.mkdir()
    for name in _present():
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=shutil.ignore_patterns("node_modules"))
        else:
            shutil.copy2(source, tree / name)


def _present() -> Iterator[str]:
    return (name for name in COPIED if (ROOT / name).exists())


def _lend_sound_database(tree: Path, shelf: Path) -> None:
    """The fault is in the code that runs, not in what was seeded: the kept database of the sound tree serves it too."""
    sound = kept.find(f"sqlite-{kept.fingerprint(ROOT)}")
    if sound is not None:
        shutil.copytree(
            sound, shelf / "yumiao" / "test-databases" / f"sqlite-{kept.fingerprint(tree)}", dirs_exist_ok=True
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
