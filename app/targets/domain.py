"""Pure knowledge of plan targets: the comparison a plan words, how far a number has come, what is counted."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from app.commissioners.domain import PlanCount
from app.kit.inputs import StrictModel

TENTHOUSANDTHS = 10_000


class TargetOperator(StrEnum):
    """How a plan words its target: N 以上 is at least, 突破 N is more than."""

    AT_LEAST = "ge"
    MORE_THAN = "gt"


class Applications(StrictModel):
    """Firms whose application in a programme was handed in during the year."""

    what: Literal["applications"]
    programme: str


class Certificates(StrictModel):
    """Firms with a certificate valid on the day."""

    what: Literal["certificates"]
    certificate: str


class Subjects(StrictModel):
    """Firms with a valid certificate or a valid tag (definition inferred from the plan, to be confirmed)."""

    what: Literal["subjects"]
    certificate: str
    tag: str


class Commissioners(StrictModel):
    """Experts of one headcount under agreement in the year."""

    what: Literal["commissioners"]
    headcount: PlanCount


Counted = Annotated[Applications | Certificates | Subjects | Commissioners, Field(discriminator="what")]


@dataclass(frozen=True)
class Target:
    """A number to reach, by the comparison the plan words."""

    comparison: TargetOperator
    value: Decimal

    def is_met(self, count: int) -> bool:
        """Whether a count reaches the target: 60 does not reach “more than 60”."""
        return count > self.value if self.comparison is TargetOperator.MORE_THAN else count >= self.value

    def missing(self, count: int) -> int:
        """How many whole units are still needed; 0 once met."""
        if self.is_met(count):
            return 0
        needed = (
            int(self.value) + 1 if self.comparison is TargetOperator.MORE_THAN else int(self.value.to_integral_value())
        )
        return needed - count

    def number(self) -> str:
        """The bare number, without needless zeros."""
        return f"{self.value.normalize():f}"

    def text(self) -> str:
        """The target as shown after a count: `20`, `> 60`."""
        return f"> {self.number()}" if self.comparison is TargetOperator.MORE_THAN else self.number()


def version_name(code: str, revision: int) -> str:
    """What a plan's file is called: `code`, and `code.rN` for its N-th correction."""
    return f"{code}.r{revision}" if revision else code


@dataclass(frozen=True)
class Period:
    """What a number is counted for: a calendar year as it stands on a day of it."""

    year: int
    on: date

    @classmethod
    def of(cls, year: int, today: date) -> "Period":
        """The year as of today, or as of its last day when it is over (its first day while it has not begun)."""
        first, last = date(year, 1, 1), date(year, 12, 31)
        return cls(year, min(max(today, first), last))

    @property
    def first_day(self) -> date:
        """1 January."""
        return date(self.year, 1, 1)

    @property
    def last_day(self) -> date:
        """31 December."""
        return date(self.year, 12, 31)
