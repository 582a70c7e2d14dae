"""Rows handed to a register's taker as an import hands them over, without a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.imports.registers import ImportedRegister, IntakeContext
from app.enterprises.imports.row_reader import SourceRow
from app.enterprises.imports.verdict import RowVerdict, SettledDifference, Taker
from app.enterprises.models import Enterprise
from app.kit.actor import Actor, ActorKind, Role

OFFICER = Actor(ActorKind.OFFICER, 1, "李晓（示例）", Role.CASEWORKER, "429005")
NOW = datetime(2026, 6, 30, 2, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Hand:
    """Takes rows of one register in; firms are named by code."""

    session: Session
    register: ImportedRegister
    actor: Actor = OFFICER
    units: Mapping[str, str] = field(default_factory=dict)

    @property
    def taker(self) -> Taker:
        """Opened anew, as for each run."""
        prefix = self.actor.region_prefix
        return self.register.open(self.session, IntakeContext(self.actor, 7, date(2026, 6, 30), prefix=prefix))

    def source(self, row: Mapping[str, str], number: int = 1) -> SourceRow:
        """The row as the runner reads it."""
        return SourceRow(number, list(row.values()), {"uscc": "", "name": ""} | dict(row), self.units)

    def look(self, rows: Sequence[Mapping[str, str]], *, lock: bool = False) -> list[RowVerdict]:
        """What would become of the rows."""
        taker = self.taker
        batch = [taker.parse(self.source(row, number)) for number, row in enumerate(rows, start=1)]
        if self.register.about_firm:
            for parsed, row in zip(batch, rows, strict=True):
                parsed.firm = self.session.scalars(select(Enterprise).where(Enterprise.uscc == row["uscc"])).one()
        return taker.decide(self.session, batch, lock=lock)

    def take(self, rows: Sequence[Mapping[str, str]]) -> list[RowVerdict]:
        """Take the rows in."""
        verdicts = self.look(rows, lock=True)
        self.taker.write(self.session, verdicts, NOW)
        self.session.flush()
        return verdicts

    def settle(self, row: Mapping[str, str], verdict: RowVerdict, field: str) -> None:
        """A person takes the list's value of one field that differs."""
        ours, theirs = verdict.differences[field]
        firm = verdict.parsed.firm
        self.taker.settle(
            self.session,
            SettledDifference(
                actor=self.actor,
                now=NOW,
                firm_id=firm.id if firm else None,
                key=self.taker.key_of(self.source(row)),
                field=field,
                expected=ours,
                wanted=theirs,
                event="import.decided",
                by_hand=False,
                data={"import": 7},
            ),
        )


def told(verdicts: Sequence[RowVerdict]) -> list[str]:
    """Outcomes with the codes of their reasons."""
    return [" ".join((verdict.outcome.value, *(reason.code for reason in verdict.reasons))) for verdict in verdicts]
