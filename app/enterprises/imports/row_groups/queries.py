"""Reading the groups of an import's rows: how many there are, how many of them still wait, and the rows themselves."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from app.enterprises.imports.domain import OPEN, RowDecision
from app.enterprises.imports.models import ImportRow, ImportRun
from app.enterprises.imports.proposals.domain import PROPOSED
from app.enterprises.imports.queries import is_open
from app.kit.membership import one_of


@dataclass(frozen=True)
class RowGroup:
    """Rows of one outcome with one main reason: how many, and how many nobody has decided yet."""

    outcome: str
    code: str
    rows: int
    undecided: int

    @property
    def asks(self) -> bool:
        """Whether such rows ask for a decision."""
        return self.outcome in OPEN or self.code in PROPOSED


@dataclass(frozen=True)
class ChosenRows:
    """Rows that a person chose: those of these ids, or all of an outcome, main reason and sheet of which the last has the id `until`."""

    ids: tuple[int, ...] = ()
    outcome: str = ""
    main_reason: str = ""
    sheet: int | None = None
    until: int = 0

    def of(self, run_id: int) -> Select[ImportRow]:
        """Those of the import, in the order of reading."""
        rows = select(ImportRow).where(ImportRow.run_id == run_id).order_by(ImportRow.id)
        if self.ids:
            return rows.where(one_of(ImportRow.id, self.ids))
        wanted = {"outcome": self.outcome, "main_reason": self.main_reason, "sheet": self.sheet}
        given = {name: value for name, value in wanted.items() if value not in ("", None)}
        return rows.where(is_open(), ImportRow.id <= self.until).filter_by(**given)


def list_groups(session: Session, rows: Select[ImportRow]) -> list[RowGroup]:
    """The groups of these rows, decided ones among them, the largest first."""
    undecided = func.sum(case((ImportRow.decision == RowDecision.NONE, 1), else_=0))
    columns = (ImportRow.outcome, ImportRow.main_reason, func.count(), undecided)
    counted = rows.with_only_columns(*columns).order_by(None).group_by(ImportRow.outcome, ImportRow.main_reason)
    groups = [RowGroup(outcome, code, n, int(left)) for outcome, code, n, left in session.execute(counted)]
    return sorted(groups, key=lambda group: (-group.rows, group.code))


def rows_of_outcome(run: ImportRun, outcome: str, sheet: int | None) -> Select[ImportRow]:
    """The rows of an import, or of a sheet of it, that have this outcome and a reason."""
    rows = select(ImportRow).where(
        ImportRow.run_id == run.id, ImportRow.outcome == outcome, ImportRow.main_reason != ""
    )
    return rows if sheet is None else rows.where(ImportRow.sheet == sheet)


def rows_of_sheet(run: ImportRun, sheet: int) -> Select[ImportRow]:
    """The rows of a sheet of an import."""
    return select(ImportRow).where(ImportRow.run_id == run.id, ImportRow.sheet == sheet)


def last_id(session: Session, run: ImportRun) -> int:
    """The id of the last row of an import: later ones were not there when all of a filter was chosen."""
    return session.scalar(select(func.max(ImportRow.id)).where(ImportRow.run_id == run.id)) or 0


def list_ids(session: Session, run: ImportRun, chosen: ChosenRows, limit: int) -> list[int]:
    """The ids of the chosen rows, `limit` at most."""
    return list(session.scalars(chosen.of(run.id).with_only_columns(ImportRow.id).limit(limit)))


def list_first(
    session: Session, run: ImportRun, chosen: ChosenRows, group: RowGroup, limit: int
) -> Sequence[ImportRow]:
    """The first of the chosen rows of a group that nobody has decided yet."""
    statement = chosen.of(run.id).where(
        ImportRow.outcome == group.outcome,
        ImportRow.main_reason == group.code,
        ImportRow.decision == RowDecision.NONE,
    )
    return session.scalars(statement.limit(limit)).all()


def count_decided_as_said(session: Session, run: ImportRun) -> dict[str, int]:
    """Of each reason of which something was said before the import began, how many rows were decided so."""
    if not run.decisions:
        return {}
    found = session.execute(
        select(ImportRow.main_reason, func.count())
        .where(
            ImportRow.run_id == run.id,
            ImportRow.main_reason.in_(list(run.decisions)),
            ImportRow.decision.in_((RowDecision.CONFIRMED, RowDecision.REFUSED, RowDecision.SETTLED)),
        )
        .group_by(ImportRow.main_reason)
    )
    counted = dict(found.all())
    return {code: counted.get(code, 0) for code in run.decisions}
