"""The only reader of `seeds/programmes/<code>/<version>.yaml`: strict, with file, line and key in every message."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from app.kit.errors import SeedError
from app.kit.yaml import read_strict
from app.programmes.domain.check_parts import DocumentKind, KnownCodes
from app.programmes.domain.checks import problems
from app.programmes.domain.definition import Programme
from app.reference.catalogue import read_terms


@dataclass(frozen=True)
class ProgrammeFile:
    """A programme version as read: its definition, its canonical content and that content's hash."""

    path: Path
    programme: Programme
    content: dict[str, object]
    sha256: str


def read_all(seeds_dir: Path) -> list[ProgrammeFile]:
    """Every programme version under `seeds_dir`, oldest first; raises `SeedError` at the first wrong file."""
    known = known_in(seeds_dir)
    files = [read(path, known) for path in sorted((seeds_dir / "programmes").glob("*/*.yaml"))]
    _check_family(files)
    return sorted(files, key=lambda file: (file.programme.code, file.programme.effective_on, file.programme.revision))


def known_in(seeds_dir: Path) -> KnownCodes:
    """What programme files may name: the policies and the vocabularies beside them."""
    terms = seeds_dir / "reference" / "terms.yaml"
    vocabularies = read_terms(terms.parent) if terms.is_file() else {}
    return KnownCodes(
        policies=frozenset(path.name for path in (seeds_dir / "policies").glob("*") if path.is_dir()),
        documents={
            entry.code: DocumentKind(yearly=bool(entry.data.get("yearly")), expires=bool(entry.data.get("expires")))
            for entry in vocabularies.get("document_kind", [])
        },
        departments=frozenset(entry.code for entry in vocabularies.get("department", []) if not entry.data.get("own")),
        certificates=frozenset(entry.code for entry in vocabularies.get("certificate_kind", [])),
    )


def read(path: Path, known: KnownCodes) -> ProgrammeFile:
    """One programme file, checked; raises `SeedError`."""
    file = read_strict(path, Programme)
    programme = file.content
    file.check_place({"code": (programme.code, path.parent.name), "version": (programme.version, path.stem)})
    if found := problems(programme, known):
        raise file.wrong(*found)
    content = programme.model_dump(mode="json", by_alias=True)
    return ProgrammeFile(path, programme, content, digest(content))


def digest(content: dict[str, object]) -> str:
    """The hash by which a published version is known to be unchanged."""
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _check_family(files: list[ProgrammeFile]) -> None:
    """A mark numbers the cases of one programme only, and a version supersedes one that exists."""
    marks: dict[str, ProgrammeFile] = {}
    versions = {(file.programme.code, file.programme.version) for file in files}
    for file in files:
        programme = file.programme
        first = marks.setdefault(f"{programme.bureau_mark}-{programme.mark}", file)
        if first.programme.code != programme.code:
            raise SeedError(f"{file.path}: mark: '{programme.mark}' already numbers the cases of {first.path}")
        if programme.supersedes and (programme.code, programme.supersedes) not in versions:
            raise SeedError(f"{file.path}: supersedes: there is no version '{programme.supersedes}' of this programme")
        if programme.supersedes == programme.version:
            raise SeedError(f"{file.path}: supersedes: a version cannot supersede itself")
