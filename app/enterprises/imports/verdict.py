"""What is to be done with a row: decided first, written later or only shown."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from app.enterprises.imports.domain import RowOutcome
from app.enterprises.imports.firm_decision import CAPITAL
from app.enterprises.imports.reasons import RowReason
from app.enterprises.imports.row_reader import Parsed, SourceRow


@dataclass(slots=True)
class RowVerdict:
    """One row's outcome. `values` are to be written; `differences` map a field to (ours, theirs) and wait for a person."""

    parsed: Parsed
    outcome: RowOutcome
    reasons: list[RowReason] = field(default_factory=list)
    existing: Any = None
    values: dict[str, Any] = field(default_factory=dict)
    former_names: tuple[str, ...] = ()
    differences: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    target_id: int | None = None

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        """What will be written over what stands, by field as (before, after); a capital is one, with its four parts."""
        if self.outcome is not RowOutcome.CHANGED:
            return {}
        pairs = {name: (getattr(self.existing, name), value) for name, value in self.values.items()}
        pairs.pop("unread_cells", None)
        if capital := {name: pairs.pop(name) for name in CAPITAL if name in pairs}:
            before, after = ({name: pair[side] for name, pair in capital.items()} for side in (0, 1))
            pairs["capital_fen"] = (before, after)
        return pairs

    @property
    def writes(self) -> bool:
        """Whether carrying it out changes anything."""
        return bool(self.values or self.former_names)


class Taker(Protocol):
    """Takes in rows of one kind of list."""

    def key_of(self, source: SourceRow) -> str:
        """What the row is about, for finding repeats; "" when it cannot be told."""

    def parse(self, source: SourceRow) -> Parsed:
        """The row, cell by cell."""

    def decide(self, session: Session, batch: Sequence[Parsed], *, lock: bool) -> list[RowVerdict]:
        """What is to be done with each row, as the database stands; `lock` when it will be written."""

    def write(self, session: Session, verdicts: Sequence[RowVerdict], now: datetime) -> None:
        """Do it, with one journal event for each firm changed; sets `target_id`."""


def rejected(parsed: Parsed, *reasons: RowReason) -> RowVerdict:
    """The row is handed back."""
    return RowVerdict(parsed, RowOutcome.REJECTED, [*parsed.refusals, *reasons, *parsed.remarks])
