"""The shipped programmes and policies, read and checked once a process: a dozen modules are parametrised by them."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from app.policies import catalogue as policy_catalogue
from app.policies.catalogue import ReadPolicy
from app.policies.domain.facts.catalogue import Catalogue
from app.policies.domain.language.policy import Policy
from app.policies.domain.language.succession import Edition, edition_of
from app.programmes import catalogue as programme_catalogue
from app.programmes.catalogue import ProgrammeFile
from app.programmes.domain.definition import Programme

SEEDS = Path(__file__).parent.parent.parent / "seeds"


@cache
def programme_files() -> tuple[ProgrammeFile, ...]:
    """Every version of every programme, oldest first."""
    return tuple(programme_catalogue.read_all(SEEDS))


def programmes() -> list[Programme]:
    """The same, as defined."""
    return [file.programme for file in programme_files()]


def newest(code: str) -> Programme:
    """The newest revision of a programme."""
    return max((each for each in programmes() if each.code == code), key=lambda each: each.revision)


@cache
def facts() -> Catalogue:
    """The facts that policies may ask for."""
    return policy_catalogue.read_facts(SEEDS)


@cache
def policy_files() -> tuple[ReadPolicy, ...]:
    """Every version of every policy."""
    return tuple(policy_catalogue.read_all(SEEDS, facts()))


def policies() -> Mapping[Edition, Policy]:
    """The same, as defined, by edition."""
    return {edition_of(read.policy): read.policy for read in policy_files()}
