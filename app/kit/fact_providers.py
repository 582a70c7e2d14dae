"""How slices tell the policies what they know: the policies ask whoever provides facts, and import none of them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol, runtime_checkable

from sqlalchemy.orm import Session

from app.kit.facts import FactValue
from app.kit.slices import Port


@runtime_checkable
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


FACTS: Port[FactProvider] = Port("fact", FactProvider, keys=lambda provider: provider.codes)
