"""The only reader of seeds/incentives: strict, versioned, and an error names file, line and key."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from app.incentives.domain.scheme import Scheme
from app.kit.errors import SeedError
from app.kit.yaml import load_strict

_FILE = re.compile(r"(?P<day>\d{4}-\d{2}-\d{2})(?:\.r(?P<revision>[1-9]\d?))?")


def read_all(seeds_dir: Path) -> Iterator[tuple[Scheme, int]]:
    """Every scheme file with its revision (0 unless the name ends in .rN), in the order of their paths."""
    for path in sorted((seeds_dir / "incentives").glob("*/*/*.yaml")):
        yield read(path)


def read(path: Path) -> tuple[Scheme, int]:
    """One file `<jurisdiction>/<code>/<effective-date>[.rN].yaml`; raises SeedError when name and content differ."""
    named = _FILE.fullmatch(path.stem)
    if named is None:
        raise SeedError(f"{path}: the file name must be the effective date, e.g. 2021-01-01.yaml or 2021-01-01.r1.yaml")
    scheme = load_strict(path, Scheme)
    expected = {
        "code": (scheme.code, path.parent.name),
        "jurisdiction": (scheme.jurisdiction, path.parent.parent.name),
        "effective_from": (scheme.effective_from, date.fromisoformat(named["day"])),
    }
    for key, (written, meant) in expected.items():
        if written != meant:
            raise SeedError(f"{path}: {key} is '{written}', but the path says '{meant}'; make them agree")
    return scheme, int(named["revision"] or 0)
