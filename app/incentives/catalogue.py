"""The only reader of seeds/incentives: strict, versioned, and an error names file, line, key and what to write instead."""

import re
from collections.abc import Iterator
from pathlib import Path

from app.incentives.domain.plan import SchemeError, check
from app.incentives.domain.scheme import Scheme
from app.kit.errors import SeedError
from app.kit.seeds import version_of
from app.kit.yaml import SeedFile, read_strict
from app.policies.catalogue import FACTS_FILE, read_facts
from app.policies.domain.facts.catalogue import Catalogue

CASES_FILE = "cases.yaml"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_all(seeds_dir: Path) -> Iterator[SeedFile[Scheme]]:
    """Every scheme file, in the order of their paths; `version_of` its path says which correction it is."""
    facts = read_catalogue(seeds_dir)
    for path in sorted((seeds_dir / "incentives").glob("*/*/*.yaml")):
        if path.name != CASES_FILE:
            yield read(path, facts)


def read_catalogue(seeds_dir: Path) -> Catalogue:
    """The facts that formulas may use; none where a folder of seeds has no catalogue."""
    return read_facts(seeds_dir) if (seeds_dir / "policies" / FACTS_FILE).exists() else {}


def read(path: Path, facts: Catalogue) -> SeedFile[Scheme]:
    """One file `<jurisdiction>/<code>/<effective-date>[.rN].yaml`; raises SeedError naming every mistake in it."""
    day, _revision = version_of(path)
    if not _DAY.fullmatch(day):
        raise SeedError(f"{path}: the file name must be the effective date, e.g. 2021-01-01.yaml or 2021-01-01.r1.yaml")
    file = read_strict(path, Scheme)
    scheme = file.content
    file.check_place(
        {
            "code": (scheme.code, path.parent.name),
            "jurisdiction": (scheme.jurisdiction, path.parent.parent.name),
            "effective_from": (scheme.effective_from.isoformat(), day),
        }
    )
    try:
        check(scheme, facts)
    except SchemeError as error:
        raise file.wrong(*error.problems) from None
    return file
