"""The only reader of seeds/incentives: strict, versioned, and an error names file, line, key and what to write instead."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from app.incentives.domain.plan import Place, SchemeError, check
from app.incentives.domain.scheme import Scheme
from app.kit.errors import SeedError
from app.kit.yaml import Location, load_strict, load_with_lines
from app.policies.catalogue import FACTS_FILE, read_facts
from app.policies.domain.facts.catalogue import Catalogue

CASES_FILE = "cases.yaml"
_FILE = re.compile(r"(?P<day>\d{4}-\d{2}-\d{2})(?:\.r(?P<revision>[1-9]\d?))?")


def read_all(seeds_dir: Path) -> Iterator[tuple[Scheme, int]]:
    """Every scheme file with its revision (0 unless the name ends in .rN), in the order of their paths."""
    facts = read_catalogue(seeds_dir)
    for path in sorted((seeds_dir / "incentives").glob("*/*/*.yaml")):
        if path.name != CASES_FILE:
            yield read(path, facts)


def read_catalogue(seeds_dir: Path) -> Catalogue:
    """The facts that formulas may use; none where a folder of seeds has no catalogue."""
    return read_facts(seeds_dir) if (seeds_dir / "policies" / FACTS_FILE).exists() else {}


def read(path: Path, facts: Catalogue) -> tuple[Scheme, int]:
    """One file `<jurisdiction>/<code>/<effective-date>[.rN].yaml`; raises SeedError naming every mistake in it."""
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
    try:
        check(scheme, facts)
    except SchemeError as error:
        _data, lines = load_with_lines(path)
        raise SeedError("\n".join(_told(path, lines, *problem) for problem in error.problems)) from None
    return scheme, int(named["revision"] or 0)


def _told(path: Path, lines: dict[Location, int], place: Place, message: str) -> str:
    known = place
    while known and known not in lines:
        known = known[:-1]
    return f"{path}:{lines.get(known, 1)}: {'.'.join(map(str, place))}: {message}"
