"""The days of a round of visits as pages show them: the stops in their order, each with its township."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from app.engagement.models import VisitStop
from app.enterprises.models import Enterprise


@dataclass(frozen=True)
class StopLine:
    """A stop with its firm and township."""

    row: VisitStop
    firm: Enterprise
    township: str
    first: bool
    last: bool

    @property
    def waiting(self) -> bool:
        """Whether the firm is still to be seen."""
        return self.row.visit_id is None and not self.row.skipped


@dataclass(frozen=True)
class DayPlan:
    """One day of a round; `townships` in the order they are passed."""

    day: date
    stops: tuple[StopLine, ...]
    townships: str


def day_plans(stops: Sequence[tuple[VisitStop, Enterprise]], places: dict[str, str]) -> tuple[DayPlan, ...]:
    """The stops day by day, each with its township's name."""
    found = []
    for day, group in groupby(stops, key=lambda pair: pair[0].planned_on):
        pairs = list(group)
        lines = tuple(
            StopLine(
                row=row,
                firm=firm,
                township=places.get(firm.region_code, ""),
                first=place == 0,
                last=place == len(pairs) - 1,
            )
            for place, (row, firm) in enumerate(pairs)
        )
        townships = list(dict.fromkeys(line.township for line in lines if line.township))
        found.append(DayPlan(day or date.min, lines, " → ".join(townships)))
    return tuple(found)
