"""What is to be done with a row: decided first, written later or only shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from app.enterprises.imports.domain import RowOutcome
from app.enterprises.imports.firm.decision import CAPITAL
from app.enterprises.imports.reasons import RowReason
from app.enterprises.imports.row_reader import Parsed, SourceRow
from app.kit.actor import Actor


@dataclass(slots=True)
class RowVerdict:
    """One row's outcome. `values` are to be written, `by_hand` where a person typed them into an export that comes back; `differences` map
    a field to (ours, theirs) and wait for a person.
    """

    parsed: Parsed
    outcome: RowOutcome
    reasons: list[RowReason] = field(default_factory=list)
    existing: Any = None
    values: dict[str, Any] = field(default_factory=dict)
    former_names: tuple[str, ...] = ()
    differences: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    target_id: int | None = None
    by_hand: bool = False

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


@dataclass(frozen=True)
class SettledDifference:
    """A person's word about one difference: write `wanted` where `expected` stands in `field` of the firm's record `key`."""

    actor: Actor
    now: datetime
    firm_id: int | None
    key: str
    field: str
    expected: Any
    wanted: Any
    event: str
    by_hand: bool
    data: Mapping[str, Any]


class Taker(Protocol):
    """Takes in rows of one register."""

    def key_of(self, source: SourceRow) -> str:
        """What the row is about, for finding repeats; "" when it cannot be told."""

    def parse(self, source: SourceRow) -> Parsed:
        """The row, cell by cell. Texts come by the codes of the register's fields; `uscc` and `name` are the firm's."""

    def decide(self, session: Session, batch: Sequence[Parsed], *, lock: bool) -> list[RowVerdict]:
        """What is to be done with each row, as the database stands; `lock` when it will be written.

        Of a register about firms `firm` is set in every row that has neither refusals nor a reason to wait; the others are handed
        back or wait as they are (`undecided`).
        """

    def write(self, session: Session, verdicts: Sequence[RowVerdict], now: datetime) -> None:
        """Do it, each change one journal event whose data names the `import`; sets `target_id`."""

    def settle(self, session: Session, settlement: SettledDifference) -> None:
        """Write what a person decided. Raises Conflict when something else stands there meanwhile, NotFound when it is gone."""


def undecided(parsed: Parsed) -> RowVerdict | None:
    """The verdict on a row that is handed back or waits whatever the register says; None for one that is to be decided."""
    if parsed.refusals:
        return rejected(parsed)
    if parsed.waits is not None:
        firm_id = parsed.firm.id if parsed.firm else None
        return RowVerdict(parsed, RowOutcome.QUEUED, [parsed.waits, *parsed.remarks], target_id=firm_id)
    return None


def rejected(parsed: Parsed, *reasons: RowReason) -> RowVerdict:
    """The row is handed back."""
    return RowVerdict(parsed, RowOutcome.REJECTED, [*parsed.refusals, *reasons, *parsed.remarks])
