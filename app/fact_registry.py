"""Every slice's facts: which slice answers for which catalogued fact, handed to the policies at the start."""

from importlib import import_module

from app.policies.facts_port import FactProvider, install

#: Slices with a `facts.py` that offers `PROVIDER`.
SLICES = ("enterprises", "cases")


def load_providers() -> dict[str, FactProvider]:
    """The provider of each slice; two that answer for one fact are an error."""
    providers: dict[str, FactProvider] = {}
    answering: dict[str, str] = {}
    for slice_name in SLICES:
        try:
            provider: FactProvider = import_module(f"app.{slice_name}.facts").PROVIDER
        except ModuleNotFoundError as error:
            if error.name != f"app.{slice_name}.facts":
                raise
            continue
        for code in provider.codes:
            if code in answering:
                raise ValueError(f"both {answering[code]} and {slice_name} answer for the fact {code}")
            answering[code] = slice_name
        providers[slice_name] = provider
    return providers


def install_providers() -> None:
    """Make the slices' providers the ones that the policies ask."""
    install(load_providers().values())
