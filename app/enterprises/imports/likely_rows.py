"""New firms of an import that are likely firms on file: told with their rows, and kept for a person to decide."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from app.enterprises.duplicates.domain.pairs import Found
from app.enterprises.duplicates.domain.records import StatedFirm
from app.enterprises.duplicates.kept_pairs import keep_pairs
from app.enterprises.duplicates.models import DuplicatePair
from app.enterprises.duplicates.queries import find_likely, find_likely_pairs
from app.enterprises.imports.batch import RowResult
from app.enterprises.imports.domain import BATCH, RowDecision, RowOutcome
from app.enterprises.imports.models import ImportRow, ImportRun, ImportSheet
from app.enterprises.imports.reasons import LIKELY, RowReason
from app.enterprises.imports.registers import registers_of
from app.enterprises.imports.row_reader import Parsed
from app.enterprises.models import Enterprise
from app.jobs.run import Run
from app.kit.db import composition_of, read_scope, session_scope
from app.kit.membership import one_of

#: Of how many new firms it is looked at once whom they are like, and of how many at most; of more only the search through the whole
#: register tells, and page and command say so (`not_compared`).
AT_ONCE, MOST = 20_000, 200_000


class _NewRow(NamedTuple):
    """A row that registered a firm."""

    id: int
    firm_id: int


def tell_likely(session: Session, results: Sequence[RowResult], prefix: str) -> None:
    """Say of each row that will register a firm which one on file that likely is."""
    new = [result for result in results if result.row.registers]
    found = (
        find_likely(session, [stated_firm(result.row.own.parsed) for result in new if result.row.own], prefix=prefix)
        if new
        else []
    )
    for result, likely in zip(new, found, strict=True):
        result.reasons.extend(_reason(each.firm) for each in likely)


def stated_firm(parsed: Parsed) -> StatedFirm:
    """A firm that is not on file, as a row states it."""
    told = parsed.values
    return StatedFirm(
        key=0,
        name=parsed.name,
        code=parsed.key,
        former_names=parsed.former_names,
        registered_on=told.get("registered_on"),
        kind=told.get("kind") or "",
        representative=told.get("legal_representative") or "",
        capital_fen=told.get("capital_fen"),
        region_code=told.get("region_code") or "",
        address=told.get("address") or "",
    )


def _reason(firm: StatedFirm) -> RowReason:
    return RowReason(LIKELY, {"name": firm.name, "uscc": firm.code})


def keep_likely(run: Run, import_id: int) -> None:
    """Once all rows are taken in: pairs of new firms with firms on file, or with each other, wait for a person, and their rows say so."""
    with read_scope(run.around.database) as session:
        imported = session.get_one(ImportRun, import_id)
        prefix = imported.region_prefix
        rows = (
            []
            if not_compared(imported)
            else [_NewRow(row[0], row[1] or 0) for row in session.execute(_new_rows(session, imported))]
        )
    for at in range(0, len(rows), AT_ONCE):
        part = rows[at : at + AT_ONCE]
        with read_scope(run.around.database) as session:
            found, facts = find_likely_pairs(session, {row.firm_id for row in part}, prefix=prefix)
        for first in range(0, len(found), BATCH):
            pairs = found[first : first + BATCH]
            with session_scope(run.around.database) as session:
                keep_pairs(session, pairs, facts, run.now())
                _tell_rows(session, part, pairs, facts)


def keep_likely_of(session: Session, imported: ImportRun, rows: Sequence[ImportRow], now: datetime) -> None:
    """The same for rows that a person confirmed after the import: their new firms are compared at once, not by the next search."""
    new = [_NewRow(row.id, row.target_id) for row in rows if row.target_id is not None]
    if new:
        found, facts = find_likely_pairs(session, {row.firm_id for row in new}, prefix=imported.region_prefix)
        keep_pairs(session, found, facts, now)
        _tell_rows(session, new, found, facts)


def _new_rows(session: Session, imported: ImportRun) -> Select[int, int | None]:
    """The rows of the import that registered firms, some when a person confirmed them, in their order."""
    about_firms = [code for code, register in registers_of(composition_of(session)).items() if register.about_firm]
    return (
        select(ImportRow.id, ImportRow.target_id)
        .join(ImportSheet, (ImportSheet.run_id == ImportRow.run_id) & (ImportSheet.position == ImportRow.sheet))
        .join(Enterprise, Enterprise.id == ImportRow.target_id)
        .where(
            ImportRow.run_id == imported.id,
            or_(ImportRow.outcome == RowOutcome.CREATED, ImportRow.decision == RowDecision.CONFIRMED),
            ImportSheet.register.in_(about_firms),
            Enterprise.created_at >= imported.at,
        )
        .order_by(ImportRow.id)
    )


def _tell_rows(
    session: Session, rows: Sequence[_NewRow], pairs: Sequence[Found], facts: Mapping[int, StatedFirm]
) -> None:
    of_firm = {row.firm_id: row.id for row in reversed(rows)}
    told: dict[int, list[StatedFirm]] = {}
    for one, other, _likeness in pairs:
        for own, twin in ((one.key, other.key), (other.key, one.key)):
            if own in of_firm:
                told.setdefault(of_firm[own], []).append(facts[twin])
    for row in session.scalars(select(ImportRow).where(one_of(ImportRow.id, list(told)))):
        known = {kept["params"]["uscc"] for kept in row.reasons if kept["code"] == LIKELY}
        row.reasons = [*row.reasons, *(_reason(firm).to_json() for firm in told[row.id] if firm.code not in known)]
        row.main_reason = row.main_reason or LIKELY


def not_compared(imported: ImportRun) -> bool:
    """Whether the new firms of an import were too many for each to be compared with the register."""
    return imported.created > MOST


def count_likely(session: Session, imported: ImportRun) -> int:
    """How many pairs with a new firm of the import wait for a person."""
    statement = select(func.count()).where(DuplicatePair.decision == "", with_new_firm(session, imported))
    return session.scalar(statement) or 0


def with_new_firm(session: Session, imported: ImportRun) -> ColumnElement[bool]:
    """The pairs of which one firm was registered by the import."""
    new = _new_rows(session, imported).with_only_columns(ImportRow.target_id).order_by(None)
    return or_(DuplicatePair.one_id.in_(new), DuplicatePair.other_id.in_(new))
