"""Reading imports: the runs an officer may see, their rows by outcome, what waits for a decision."""

from sqlalchemy import Select, String, cast, func, select
from sqlalchemy.orm import Session

from app.enterprises.imports.domain import OPEN, TAKEN, ImportState, RowDecision
from app.enterprises.imports.models import ImportRow, ImportRun
from app.enterprises.imports.reasons import KEPT_AS_TEXT
from app.enterprises.models import Enterprise
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.paging import Count, Keyset, Page, count_up_to, page
from app.kit.permissions import within_region


def get_run_visible_to(session: Session, actor: Actor, run_id: int, *, lock: bool = False) -> ImportRun:
    """The import; raises NotFound when there is none or it lies outside the actor's region."""
    run = session.get(ImportRun, run_id, with_for_update=lock or None)
    if run is None or not run.region_prefix.startswith(actor.region_prefix):
        raise NotFound("import.unknown", _("没有这次导入。"))
    return run


def page_runs_visible_to(session: Session, actor: Actor, *, cursor: str | None, limit: int = 50) -> Page[ImportRun]:
    """The imports that the actor may see, the newest first."""
    statement = select(ImportRun).where(within_region(ImportRun.region_prefix, actor.region_prefix))
    return page(session, statement, Keyset([(ImportRun.id, "desc")]), cursor, limit)


def page_rows(
    session: Session, run: ImportRun, *, outcome: str, cursor: str | None, limit: int = 50
) -> tuple[Page[ImportRow], Count]:
    """The rows of a run with this outcome ("" = all), in the order of the file, and how many there are."""
    statement = select(ImportRow).where(ImportRow.run_id == run.id)
    if outcome:
        statement = statement.where(ImportRow.outcome == outcome)
    found = page(session, statement, Keyset([(ImportRow.row_number, "asc")]), cursor, limit)
    return found, count_up_to(session, statement)


def page_waiting_visible_to(
    session: Session, actor: Actor, *, cursor: str | None, limit: int = 50
) -> tuple[Page[ImportRow], Count]:
    """Rows of all imports that wait for a decision, the newest first, and how many there are."""
    statement = _waiting(actor)
    return page(session, statement, Keyset([(ImportRow.id, "desc")]), cursor, limit), count_up_to(session, statement)


def count_waiting_visible_to(session: Session, actor: Actor) -> Count:
    """How many rows wait for a decision."""
    return count_up_to(session, _waiting(actor))


def count_open_by_run(session: Session, run_ids: list[int]) -> dict[int, int]:
    """For each run, how many of its rows still wait."""
    statement = (
        select(ImportRow.run_id, func.count())
        .where(ImportRow.run_id.in_(run_ids), ImportRow.outcome.in_(OPEN), ImportRow.decision == RowDecision.NONE)
        .group_by(ImportRow.run_id)
    )
    return dict(session.execute(statement).all())


def get_row(session: Session, run: ImportRun, row_number: int, *, lock: bool = False) -> ImportRow:
    """One row of a run; raises NotFound."""
    statement = select(ImportRow).where(ImportRow.run_id == run.id, ImportRow.row_number == row_number)
    row = session.scalar(statement.with_for_update() if lock else statement)
    if row is None:
        raise NotFound("import.row_unknown", _("没有这一行。"))
    return row


def _waiting(actor: Actor) -> Select[ImportRow]:
    return (
        select(ImportRow)
        .join(ImportRun, ImportRun.id == ImportRow.run_id)
        .where(
            ImportRow.outcome.in_(OPEN),
            ImportRow.decision == RowDecision.NONE,
            ImportRun.state.in_((ImportState.STARTED, ImportState.FINISHED)),
            within_region(ImportRun.region_prefix, actor.region_prefix),
        )
    )


def list_rows(session: Session, run: ImportRun, outcomes: tuple[str, ...], *, limit: int) -> list[ImportRow]:
    """The first rows of a run with one of these outcomes, in the order of the file."""
    statement = select(ImportRow).where(ImportRow.run_id == run.id, ImportRow.outcome.in_(outcomes))
    return list(session.scalars(statement.order_by(ImportRow.row_number).limit(limit)))


def list_runs(session: Session, ids: set[int]) -> dict[int, ImportRun]:
    """These imports by their id."""
    return {run.id: run for run in session.scalars(select(ImportRun).where(ImportRun.id.in_(ids)))}


def count_texts_and_unplaced(session: Session, run: ImportRun) -> tuple[int, int]:
    """How many cells of the rows taken in were kept as text, and how many of their firms lie in no known region."""
    of_run = ImportRow.run_id == run.id, ImportRow.outcome.in_(TAKEN)
    taken = select(ImportRow.reasons).where(*of_run, cast(ImportRow.reasons, String) != "[]")
    texts = sum(
        reason["code"] in KEPT_AS_TEXT
        for (reasons,) in session.execute(taken.execution_options(yield_per=1_000))
        for reason in reasons
    )
    firms = select(ImportRow.target_id).where(*of_run)
    unplaced = (
        select(func.count()).select_from(Enterprise).where(Enterprise.region_code == "", Enterprise.id.in_(firms))
    )
    return texts, session.scalar(unplaced) or 0
