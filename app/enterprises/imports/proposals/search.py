"""Looking in the register for the firms that rows may mean: after an import with its rows, before it in the preview."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.enterprises.duplicates.domain.comparison import reasons_of
from app.enterprises.duplicates.domain.evidence import WORDS
from app.enterprises.duplicates.queries import LikelyFirm, find_likely
from app.enterprises.imports.batch import RowResult
from app.enterprises.imports.domain import BATCH, RowDecision, RowOutcome
from app.enterprises.imports.entries import ReadRow
from app.enterprises.imports.likely_rows import stated_firm
from app.enterprises.imports.models import ImportRow, ImportRun, ImportSheet
from app.enterprises.imports.proposals.domain import MAY_BE, MOST, NAMELESS, WORTH_A_LOOK, Proposal, group_of
from app.enterprises.imports.reasons import RowReason
from app.enterprises.imports.sheets import reading_of
from app.jobs.run import Run
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.db import read_scope, session_scope
from app.kit.i18n import _
from app.kit.membership import one_of
from app.kit.tabular.reader import Row


def keep_proposals(run: Run, import_id: int) -> None:
    """Once all rows are in: those that only have a name, by which no one firm was found, are kept with the firms that they may mean."""
    after: int | None = 0
    while after is not None:
        with read_scope(run.around.database) as session:
            rows = session.scalars(_nameless(import_id, after)).all()
            imported = session.get_one(ImportRun, import_id)
            found = propose(session, imported, rows, run.actor, today(run.now()))
        proposed = {row.id: each for row, each in zip(rows, found, strict=True) if each}
        if proposed:
            with session_scope(run.around.database) as session:
                _keep(session, proposed)
        after = rows[-1].id if len(rows) == BATCH else None


def propose(
    session: Session, imported: ImportRun, rows: Sequence[ImportRow], actor: Actor, day: date
) -> list[list[Proposal]]:
    """For each of the rows the firms that it may mean, read once more for what it says of its firm besides the name."""
    read: list[ReadRow] = []
    for (sheet, block), together in groupby(rows, key=lambda row: (row.sheet, row.block)):
        of = session.get_one(ImportSheet, (imported.id, sheet))
        reading, _intake = reading_of(session, imported, of, actor=actor, day=day, block=block)
        read += [reading.read(Row(row.row_number, row.cells), block) for row in together]
    return [[_proposal(each) for each in found] for found in _search(session, read, imported.region_prefix)]


def tell_proposals(session: Session, results: Sequence[RowResult], prefix: str) -> None:
    """Say of each row of a preview that only has a name, by which no one firm is found, which firms it may mean."""
    nameless = [each for each in results if each.reasons and each.reasons[0].code in NAMELESS]
    for result, found in zip(nameless, _search(session, [each.row for each in nameless], prefix), strict=True):
        result.reasons.extend(_may_be(each) for each in found)


def _search(session: Session, rows: Sequence[ReadRow], prefix: str) -> list[list[LikelyFirm]]:
    """The likeliest firms of each row; as many statements for five hundred as for one."""
    if not rows:
        return []
    stated = [stated_firm(row.firm if row.own is None else row.own.parsed) for row in rows]
    return [each[:MOST] for each in find_likely(session, stated, prefix=prefix, at_least=WORTH_A_LOOK)]


def _proposal(found: LikelyFirm) -> Proposal:
    return Proposal(found.firm.code, found.likeness.score, found.likeness.observed)


def _may_be(found: LikelyFirm) -> RowReason:
    told = "，".join(_(WORDS[each]) for each in reasons_of(found.likeness.observed))
    percent = round(found.likeness.score * 100)
    return RowReason(
        MAY_BE, {"name": found.firm.name, "uscc": found.firm.code, "why": told or _("名称相近"), "n": percent}
    )


def _nameless(import_id: int, after: int) -> Select[ImportRow]:
    return (
        select(ImportRow)
        .where(
            ImportRow.run_id == import_id,
            ImportRow.outcome == RowOutcome.REJECTED,
            ImportRow.main_reason.in_(NAMELESS),
            ImportRow.decision == RowDecision.NONE,
            ImportRow.id > after,
        )
        .order_by(ImportRow.id)
        .limit(BATCH)
    )


def _keep(session: Session, proposed: dict[int, list[Proposal]]) -> None:
    wanted = select(ImportRow).where(one_of(ImportRow.id, list(proposed)), ImportRow.decision == RowDecision.NONE)
    for row in session.scalars(wanted.with_for_update()):
        row.proposals = [each.to_json() for each in proposed[row.id]]
        row.main_reason = group_of(proposed[row.id])
