"""What a test run built and the next one can take: databases by the fingerprint of all that goes into them."""

import hashlib
import os
import shutil
from collections.abc import Callable, Collection
from pathlib import Path
from tempfile import mkdtemp

ROOT = Path(__file__).parent.parent.parent

#: All that a migrated and seeded database is made of: a change in any of these files makes it anew.
SOURCES = (
    "migrations/**/*.py",
    "seeds/**/*.yaml",
    "app/composition/*.py",
    "app/*/slice.py",
    "app/kit/**/*.py",
    "app/journal/**/*.py",
    "app/*/seed.py",
    "app/*/catalogue.py",
    "app/*/models.py",
    "app/*/schemas.py",
    "app/*/domain.py",
    "app/*/domain/**/*.py",
    "requirements/app.txt",
    "tests/support/databases.py",
)
_KEPT_AT_MOST = 12


def fingerprint(root: Path = ROOT, patterns: Collection[str] = SOURCES) -> str:
    """Names and contents of all files of the `patterns` below `root`, as 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for path in sorted({path for pattern in patterns for path in root.glob(pattern) if path.is_file()}):
        digest.update(f"{path.relative_to(root)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def shelf() -> Path:
    """The folder of kept databases, this person's alone."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    place = base / "yumiao" / "test-databases"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def keep(name: str, fill: Callable[[Path], None]) -> None:
    """Keep what `fill` writes into the folder it is given under `name`, whole or not at all; the oldest ones go."""
    draft = Path(mkdtemp(prefix=".draft-", dir=shelf()))
    try:
        fill(draft)
        draft.rename(shelf() / name)
    except OSError:  # a full disk, or another run was first: the next run builds its own
        shutil.rmtree(draft, ignore_errors=True)
    by_age = sorted(shelf().glob("[!.]*"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in by_age[_KEPT_AT_MOST:]:
        shutil.rmtree(old, ignore_errors=True)


def find(name: str) -> Path | None:
    """What is kept under `name`; using it makes it young again."""
    place = shelf() / name
    if not place.is_dir():
        return None
    os.utime(place)
    return place
