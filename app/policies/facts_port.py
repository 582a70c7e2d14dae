"""How other slices tell the policies what they know; `app/fact_registry.py` names the providers once, at the start."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Protocol

from sqlalchemy.orm import Session

from app.kit.facts import FactValue


class FactProvider(Protocol):
    """A slice that knows some of the catalogued facts about an enterprise."""

    @property
    def codes(self) -> frozenset[str]:
        """The facts it answers for; each catalogued fact has one provider at most."""

    def provide(
        self, session: Session, enterprise_ids: Sequence[int], on: date
    ) -> Mapping[int, Mapping[str, FactValue]]:
        """What is on file about each of these firms for an application made on `on`; a fact left out is not known.

        The number of queries does not depend on theirs.
        """


_installed: list[FactProvider] = []


def install(providers: Iterable[FactProvider]) -> None:
    """Make `providers` the ones that answer; the composition root calls this with the registry's list."""
    _installed[:] = providers


def installed() -> tuple[FactProvider, ...]:
    """The providers that answer."""
    return tuple(_installed)
