"""What lies with a case when a step is looked at: answers, materials, corrections, approvals, opinions, verdicts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from app.kit.i18n import Bilingual


@dataclass(frozen=True)
class HeldMaterial:
    """A document serves a material; `state` is `supplied`, `accepted` or `returned`. Removed and withdrawn ones are left out."""

    material: str
    year: int | None = None
    state: str = "supplied"
    valid_until: date | None = None

    def serves(self, on: date, *, must_be_valid: bool) -> bool:
        """Whether it counts on the day `on`: not sent back, and not expired where that matters."""
        expired = self.valid_until is not None and self.valid_until < on
        return self.state != "returned" and not (must_be_valid and expired)


@dataclass(frozen=True)
class HeldCorrection:
    """A thing to be corrected that is not settled yet; `answered` means that the bureau looks at the answer."""

    id: int
    remark: str
    answered: bool
    due_on: date | None = None


@dataclass(frozen=True)
class HeldApproval:
    """An approval that stands."""

    action: str
    officer_id: int
    role: str


@dataclass(frozen=True)
class HeldOpinion:
    """The newest opinion asked of a department; `outcome` is empty until it answers."""

    department: str
    outcome: str = ""
    due_on: date | None = None


@dataclass(frozen=True)
class VerdictTally:
    """How many conditions of the policy are not met and how many wait for facts."""

    unmet: int
    unknown: int


@dataclass(frozen=True)
class Supplies:
    """Everything that needs are held against. `on` is the day of the step, `year` that of the case.

    `answers` were handed in, `drafts` are questions whose answer was only begun; `milestones_open` are codes of those
    that still wait, with their day. Verdicts are not looked at for many cases at once (`verdicts_seen` is false then).
    `founded_in` is the year in which the firm was registered, where that is known.
    """

    on: date
    year: int
    answers: Mapping[str, str] = field(default_factory=dict)
    drafts: frozenset[str] = frozenset()
    materials: tuple[HeldMaterial, ...] = ()
    corrections: tuple[HeldCorrection, ...] = ()
    milestones_open: Mapping[str, date | None] = field(default_factory=dict)
    milestones_done: frozenset[str] = frozenset()
    approvals: tuple[HeldApproval, ...] = ()
    opinions: tuple[HeldOpinion, ...] = ()
    verdicts: Mapping[str, VerdictTally] = field(default_factory=dict)
    verdicts_seen: bool = True
    class_two_on_file: bool = False
    class_two_chosen: bool = False
    departments: Mapping[str, Bilingual] = field(default_factory=dict)
    founded_in: int | None = None

    def opinion_of(self, department: str) -> HeldOpinion | None:
        """What the department was asked last, or None."""
        return next((opinion for opinion in self.opinions if opinion.department == department), None)
