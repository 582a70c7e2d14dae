"""The only reader of `seeds/exchange/`: what each partner receives, strictly checked."""

from functools import lru_cache
from pathlib import Path

from app.exchange.domain import PartnerDefinition
from app.kit.yaml import read_strict

SEEDS = Path(__file__).parents[2] / "seeds" / "exchange"


@lru_cache
def partner_definition(partner: str = "province", version: str = "v1") -> PartnerDefinition:
    """The published definition of `partner` in `version`; raises `SeedError` when the file is wrong."""
    return load_definition(SEEDS / partner / f"{version}.yaml")


@lru_cache
def list_definitions() -> dict[str, tuple[str, ...]]:
    """The mappings that there are, each with its versions, the newest last."""
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted(SEEDS.glob("*/v*.yaml"), key=lambda path: (path.parent.name, int(path.stem[1:]))):
        found[path.parent.name] = (*found.get(path.parent.name, ()), path.stem)
    return found


@lru_cache
def newest_definitions() -> tuple[PartnerDefinition, ...]:
    """The newest version of each partner's definition."""
    return tuple(partner_definition(partner, versions[-1]) for partner, versions in list_definitions().items())


def load_definition(path: Path) -> PartnerDefinition:
    """The definition in the file at `path`, whose place must repeat its partner and version."""
    file = read_strict(path, PartnerDefinition)
    definition = file.content
    file.check_place({"partner": (definition.partner, path.parent.name), "version": (definition.version, path.stem)})
    return definition
