"""What the names in one policy's formulas may mean."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.kit.i18n import Bilingual
from app.policies.domain.facts.catalogue import Catalogue
from app.policies.domain.language import tree

FUNCTIONS = {
    "sum": "sum(x): x added up over the fiscal years that count",
    "average": "average(x): the mean of x over the fiscal years that count",
    "latest": "latest(x): x of the fiscal year before the application",
    "previous": "previous(x): x of the fiscal year before that",
    "growth": "growth(x): the mean yearly growth of x over the fiscal years that count",
    "min": "min(a, b, …): the smallest",
    "max": "max(a, b, …): the greatest",
    "days": "days(from, to): calendar days between two dates",
    "judged": "judged(a, b, …): people judge it from these facts",
}
CONSTANTS = ("application_day", "years_counted", "yes", "no", "score")


@dataclass(frozen=True)
class CodeList:
    """A list of codes that a policy names; a code may be up to `deeper` digits longer than one of its lowest."""

    codes: frozenset[str]
    deeper: int = 0


@dataclass(frozen=True)
class Formula:
    """A named formula, not yet bound."""

    label: Bilingual
    text: str


@dataclass
class Names:
    """The facts, parameters, definitions and lists of one policy, and its score once that is bound; keeps account of
    what was used.
    """

    catalogue: Catalogue
    parameters: Mapping[str, tree.Named] = field(default_factory=dict)
    definitions: Mapping[str, Formula] = field(default_factory=dict)
    lists: Mapping[str, CodeList] = field(default_factory=dict)
    score: tree.Score | None = None
    used: set[str] = field(default_factory=set)
    bound: dict[tuple[str, bool], tree.Named] = field(default_factory=dict)
    binding: list[str] = field(default_factory=list)

    def closest(self, name: str) -> str:
        """A sentence that proposes what may have been meant by `name`."""
        every = {*self.catalogue, *self.parameters, *self.definitions, *self.lists, *FUNCTIONS, *CONSTANTS}
        near = difflib.get_close_matches(name, sorted(every), n=1)
        if near:
            return f"did you mean '{near[0]}'?"
        return "use a fact of the catalogue, or add it under 'parameters' or 'definitions'"
