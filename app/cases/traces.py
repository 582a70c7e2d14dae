"""What a step changed, kept with its entry so that it can be taken back and everything is as before."""

from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any

from app.cases.models import CaseClock, CaseFile

CASE_FIELDS = ("stage", "stage_entered_on", "state", "submitted_on", "closed_on")
CLOCK_FIELDS = ("working_days", "running_since", "used_days", "due_on", "ended_on")
_DATES = frozenset({"stage_entered_on", "submitted_on", "closed_on", "running_since", "due_on", "ended_on"})


@dataclass
class Traces:
    """`case` are its fields as they were, `clocks` those of changed clocks by id; the rest are ids of rows."""

    case: dict[str, Any]
    markers: list[str] = field(default_factory=list)
    milestones_made: list[int] = field(default_factory=list)
    milestones_lapsed: list[int] = field(default_factory=list)
    clocks_made: list[int] = field(default_factory=list)
    clocks: dict[str, dict[str, Any]] = field(default_factory=dict)
    approvals_lapsed: list[int] = field(default_factory=list)
    corrections_asked: list[int] = field(default_factory=list)
    duties_made: list[int] = field(default_factory=list)
    duties_lapsed: list[int] = field(default_factory=list)
    rights_used: list[int] = field(default_factory=list)
    rights_released: list[int] = field(default_factory=list)
    certificate: int | None = None
    verdicts: list[int] = field(default_factory=list)

    @property
    def milestones(self) -> list[int]:
        """The milestones that the step made or let lapse."""
        return [*self.milestones_made, *self.milestones_lapsed]

    def to_json(self) -> dict[str, Any]:
        """As kept in `StageEntry.before`; days as ISO texts."""
        kept = asdict(self)
        kept["case"] = _reported(self.case)
        kept["clocks"] = {key: _reported(values) for key, values in self.clocks.items()}
        return kept

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Traces":
        """What `to_json` wrote; parts that an older release did not keep are empty."""
        known = {part.name: kept[part.name] for part in fields(cls) if part.name in kept}
        known["case"] = _read(known["case"])
        known["clocks"] = {key: _read(values) for key, values in known.get("clocks", {}).items()}
        return cls(**known)


def case_fields(row: CaseFile) -> dict[str, Any]:
    """The fields of a case that steps change."""
    return {name: getattr(row, name) for name in CASE_FIELDS}


def clock_fields(row: CaseClock) -> dict[str, Any]:
    """The fields of a clock that steps change."""
    return {name: getattr(row, name) for name in CLOCK_FIELDS}


def _reported(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _read(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: date.fromisoformat(value) if name in _DATES and value is not None else value
        for name, value in values.items()
    }
