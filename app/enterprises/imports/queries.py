"""ReadingHints imports: the run an officer may see, its rows, how many of them wait. Their lists: `lists`."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, String, and_, cast, func, or_, select
from sqlalchemy.orm import Session

from app.enterprises.imports.domain import OPEN, TAKEN, RowDecision
from app.enterprises.imports.models import ImportRow, ImportRun
from app.enterprises.imports.proposals.domain import PROPOSED
from app.enterprises.imports.reasons import KEPT_AS_TEXT
from app.enterprises.models import Enterprise
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.membership import one_of


def get_run_visible_to(session: Session, actor: Actor, run_id: int, *, lock: bool = False) -> ImportRun:
    """The import; raises NotFound when there is none or it lies outside the actor's region."""
    run = session.get(ImportRun, run_id, with_for_update=lock or None)
    if run is None or not run.region_prefix.startswith(actor.region_prefix):
        raise NotFound("import.unknown", _("没有这次导入。"))
    return run


def is_open() -> ColumnElement[bool]:
    """The condition of rows that wait for a person: those that differ, are doubtful, or may mean one of the firms proposed for them."""
    asks = or_(ImportRow.outcome.in_(OPEN), ImportRow.main_reason.in_(PROPOSED))
    return and_(asks, ImportRow.decision == RowDecision.NONE)


def count_open_by_run(session: Session, run_ids: list[int]) -> dict[int, int]:
    """For each run, how many of its rows still wait."""
    statement = (
        select(ImportRow.run_id, func.count())
        .where(ImportRow.run_id.in_(run_ids), is_open())
        .group_by(ImportRow.run_id)
    )
    return dict(session.execute(statement).all())


def get_row(session: Session, run: ImportRun, sheet: int, row_number: int, *, lock: bool = False) -> ImportRow:
    """One row of a sheet of a run; raises NotFound."""
    statement = select(ImportRow).where(
        ImportRow.run_id == run.id, ImportRow.sheet == sheet, ImportRow.row_number == row_number
    )
    row = session.scalar(statement.with_for_update() if lock else statement)
    if row is None:
        raise NotFound("import.row_unknown", _("没有这一行。"))
    return row


def codes_by_id(session: Session, ids: Collection[int]) -> dict[int | None, str]:
    """The codes of those of these firms that are on file."""
    found = select(Enterprise.id, Enterprise.uscc).where(one_of(Enterprise.id, sorted(ids)))
    return {key: code for key, code in session.execute(found)} if ids else {}  # noqa: C416 - the key may be asked as None


def list_rows(
    session: Session, run: ImportRun, outcomes: tuple[str, ...], *, sheet: int, limit: int
) -> list[ImportRow]:
    """The first rows of a sheet with one of these outcomes, in its order."""
    statement = select(ImportRow).where(
        ImportRow.run_id == run.id, ImportRow.sheet == sheet, ImportRow.outcome.in_(outcomes)
    )
    return list(session.scalars(statement.order_by(ImportRow.row_number).limit(limit)))


def list_rows_after(
    session: Session, run: ImportRun, outcomes: Collection[str], *, after: int, limit: int
) -> list[ImportRow]:
    """Rows of a run with one of these outcomes, in the order in which they were read, behind the row of the id `after`."""
    statement = select(ImportRow).where(
        ImportRow.run_id == run.id, ImportRow.id > after, ImportRow.outcome.in_(outcomes)
    )
    return list(session.scalars(statement.order_by(ImportRow.id).limit(limit)))


def count_texts_and_unplaced(session: Session, run: ImportRun) -> tuple[int, int]:
    """How many cells of the rows taken in were kept as text, and how many of their firms lie in no known region."""
    of_run = ImportRow.run_id == run.id, ImportRow.outcome.in_(TAKEN)
    taken = select(ImportRow.reasons).where(*of_run, cast(ImportRow.reasons, String) != "[]")
    texts = sum(
        reason["code"] in KEPT_AS_TEXT
        for (reasons,) in session.execute(taken.execution_options(yield_per=1_000))
        for reason in reasons
    )
    return texts, count_unplaced(session, run)


def count_unplaced(session: Session, run: ImportRun) -> int:
    """How many firms of the rows taken in lie in no known region."""
    firms = select(ImportRow.target_id).where(ImportRow.run_id == run.id, ImportRow.outcome.in_(TAKEN))
    found = select(func.count()).select_from(Enterprise).where(Enterprise.region_code == "", Enterprise.id.in_(firms))
    return session.scalar(found) or 0
