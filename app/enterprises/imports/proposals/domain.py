"""Which rows a firm can be chosen for, how they are grouped, and what a proposal says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.enterprises.duplicates.domain.comparison import SHOWN
from app.kit.i18n import N_

#: Why a row was handed back that only has a name: no firm bears it, or several do.
NAMELESS = ("name.unknown", "name.ambiguous")
#: The groups of those for which firms are proposed: just one of them as likely as a duplicate, or none or several.
ONE_LIKELY, SOME = "name.proposed", "name.proposals"
PROPOSED = (ONE_LIKELY, SOME)
CHOOSABLE = (*NAMELESS, *PROPOSED)
#: The remark of a preview that tells a proposal.
MAY_BE = "name.may_be"
MOST = 3
#: Below the score of a duplicate a firm is still worth a look, not more.
WORTH_A_LOOK = 1 / 5
PROPOSED_LABELS = {ONE_LIKELY: N_("有一家建议的企业"), SOME: N_("有几家可能的企业")}


@dataclass(frozen=True)
class Proposal:
    """A firm that the name in a row may mean: its code, how likely (1 is certain), and what was seen of each kind of evidence."""

    uscc: str
    score: float
    observed: Mapping[str, str]

    @property
    def is_likely(self) -> bool:
        """Whether the two would be shown as duplicates."""
        return self.score >= SHOWN

    def to_json(self) -> dict[str, Any]:
        """As it is kept with the row."""
        return {"uscc": self.uscc, "score": self.score, "observed": dict(self.observed)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Proposal":
        """As it was kept."""
        return cls(kept["uscc"], kept["score"], kept["observed"])


def group_of(proposals: Sequence[Proposal]) -> str:
    """The group of a row for which these firms are proposed; "" where there are none."""
    likely = sum(each.is_likely for each in proposals)
    return ONE_LIKELY if likely == 1 else SOME if proposals else ""


def sure(kept: Sequence[Mapping[str, Any]]) -> Proposal | None:
    """The one firm of a row's proposals that is as likely as a duplicate; None where there are none or several."""
    likely = [each for each in map(Proposal.from_json, kept) if each.is_likely]
    return likely[0] if len(likely) == 1 else None
