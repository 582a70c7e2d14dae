"""How slices tell the policies what they know: the policies ask whoever provides facts, and import none of them."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from sqlalchemy.orm import Session

from app.kit.slices import Port

if TYPE_CHECKING:  # every command names the port; numpy comes with whoever asks for facts
    from app.kit.facts.owners import Owners
    from app.kit.facts.values import FactTable


@runtime_checkable
class FactProvider(Protocol):
    """A slice that knows some of the catalogued facts about an enterprise."""

    @property
    def codes(self) -> Mapping[str, str]:
        """The facts it answers for, each with where its values stand, as a gettext message ("企业库 年度数据").

        Each catalogued fact has one provider at most.
        """

    def provide(self, session: Session, firms: "Owners", on: date) -> "FactTable":
        """What is on file about these firms for an application made on `on`; a value left out is not known of any.

        The number of queries does not depend on theirs.
        """


FACTS: Port[FactProvider] = Port("fact", FactProvider, keys=lambda provider: provider.codes)
