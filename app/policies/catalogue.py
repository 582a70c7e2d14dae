"""The only reader of `seeds/policies/`: strict, and every message names file, line, what is wrong and what to write."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from app.kit.errors import SeedError
from app.kit.yaml import load_strict, parse, read_strict
from app.policies.domain.facts.catalogue import Catalogue, FactDefinition
from app.policies.domain.language.builder import PolicyFileError, build
from app.policies.domain.language.files import PolicyFile
from app.policies.domain.language.policy import Policy
from app.policies.domain.language.succession import conflicts, edition_of

FACTS_FILE = "facts.yaml"
CASES_FILE = "cases.yaml"


class FactsFile(BaseModel):
    """The facts catalogue as it is written."""

    model_config = ConfigDict(extra="forbid")

    facts: tuple[FactDefinition, ...]


@dataclass(frozen=True)
class ReadPolicy:
    """A policy file: the policy, the file to the letter, its hash, and its data as JSON."""

    path: Path
    policy: Policy
    text: str
    sha256: str
    content: dict[str, object]


def read_facts(seeds_dir: Path) -> Catalogue:
    """The facts catalogue, in its order; raises `SeedError`."""
    path = seeds_dir / "policies" / FACTS_FILE
    facts = load_strict(path, FactsFile).facts
    catalogue = {fact.code: fact for fact in facts}
    if len(catalogue) < len(facts):
        codes = [fact.code for fact in facts]
        twice = next(code for code in codes if codes.count(code) > 1)
        raise SeedError(f"{path}: the fact '{twice}' is told twice; keep one of them")
    return catalogue


def read_all(seeds_dir: Path, catalogue: Catalogue) -> list[ReadPolicy]:
    """Every policy file, by code, jurisdiction and version; raises `SeedError` with the mistakes of the first wrong one."""
    paths = sorted((seeds_dir / "policies").glob("*/*/*.yaml"))
    found = [read(path, catalogue) for path in paths if path.name != CASES_FILE]
    _check_succession(found)
    return found


def read(path: Path, catalogue: Catalogue) -> ReadPolicy:
    """One policy file; raises `SeedError`."""
    read_file = read_strict(path, PolicyFile, _wording)
    file, text = read_file.content, path.read_text(encoding="utf-8")
    read_file.check_place(
        {
            "policy": (file.policy, path.parent.parent.name),
            "jurisdiction": (file.jurisdiction, path.parent.name),
            "version": (file.version, path.stem),
        }
    )
    try:
        policy = build(file, catalogue)
    except PolicyFileError as error:
        raise read_file.wrong(*((item.place, item.message) for item in error.problems)) from None
    content = file.model_dump(mode="json")
    return ReadPolicy(path, policy, text, hashlib.sha256(text.encode()).hexdigest(), content)


def restore(text: str, catalogue: Catalogue) -> Policy:
    """A published version, from the text it was published as; it was checked then."""
    return build(PolicyFile.model_validate(parse(text)), catalogue)


def _check_succession(found: list[ReadPolicy]) -> None:
    paths = {edition_of(item.policy): item.path for item in found}
    for edition, message in conflicts(list(paths)):
        raise SeedError(f"{paths[edition]}: {message}")


def _wording(message: str, kind: str) -> str:
    if kind == "missing":
        return "this is needed and missing; add it"
    if kind == "string_type":
        return (
            "this is no text; write a number with its unit, as in 10 % or 365 days, and a code or a version in quotes"
        )
    if kind == "model_type":
        return "this has no keys; write them as in docs/how-to/add-a-policy.md"
    if kind == "extra_forbidden":
        return (
            "this key is not known here; check its spelling and its indentation, and put a text with a comma in quotes"
        )
    return message.removeprefix("Value error, ")
