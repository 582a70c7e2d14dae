"""The documents that the house promises are there, and lead nowhere that is not."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.support.source import ROOT, carried_files, listed, name_of

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)[^)]*\)|(?:src|href)=\"([^\"]+)\"")
_PATH = re.compile(r"`((?:app|docs|seeds|tests|tools|migrations|requirements)/[\w./-]+)`")


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "docs/architecture.md", "docs/glossary.md"])
def test_document_is_there(name: str) -> None:
    assert (ROOT / name).is_file(), f"{name} is missing"
    assert (ROOT / name).read_text(encoding="utf-8").startswith("# ")


def test_decisions_and_how_tos_are_there() -> None:
    assert list((ROOT / "docs" / "adr").glob("*.md"))
    assert list((ROOT / "docs" / "how-to").glob("*.md"))


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"].values()
    asked = {
        match[0].lower()
        for requirement in [*project["project"]["dependencies"], *(each for group in groups for each in group)]
        if (match := re.match(r"[\w.-]+", requirement))
    }
    told = (ROOT / "docs/adr/0006-libraries.md").read_text(encoding="utf-8").lower()
    names = {"psycopg": "psycopg 3", "types-pyyaml": "types-pyyaml"}
    untold = {name for name in asked if not re.search(rf"\b{re.escape(names.get(name, name))}\b", told)}
    assert not untold, listed("docs/adr/0006-libraries.md says nothing of", untold)


def _documents() -> list[Path]:
    return [path for path in carried_files() if path.suffix == ".md" and "vendor" not in path.parts]


def test_links_lead_somewhere() -> None:
    broken = []
    for document in _documents():
        for match in _LINK.finditer(document.read_text(encoding="utf-8")):
            target = (match[1] or match[2]).partition("#")[0]
            if not target or re.match(r"[a-z]+:", target):
                continue
            if not (document.parent / target).exists():
                broken.append(f"{name_of(document)}: {target}")
    assert not broken, listed("broken links", broken)


def test_every_document_is_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        document = waiting.pop().resolve()
        if document in reached or document.suffix != ".md" or not document.is_file():
            continue
        reached.add(document)
        targets = (match[1] or match[2] for match in _LINK.finditer(document.read_text(encoding="utf-8")))
        waiting += [document.parent / target.partition("#")[0] for target in targets if "://" not in target]
    unreached = [
        name_of(path) for path in _documents() if path.resolve() not in reached and path.name != "CHANGELOG.md"
    ]
    assert not unreached, listed("link these from docs/README.md or from what it leads to", unreached)


def test_files_that_documents_name_exist() -> None:
    gone = [
        f"{name_of(document)}: {match[1]}"
        for document in _documents()
        for match in _PATH.finditer(document.read_text(encoding="utf-8"))
        if not (ROOT / match[1].rstrip(".")).exists() and "<" not in match[1]
    ]
    assert not gone, listed("named in a document, but not there", gone)


def test_readme_tells_how_to_begin() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in ("./run", "./test"):
        assert command in text
