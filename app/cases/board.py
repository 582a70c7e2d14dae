"""The board: how many cases stand in each stage, and the first cards of each."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, contains_eager

from app.cases.domain.state import CaseState
from app.cases.models import CaseFile
from app.cases.queries import CaseFilter, filtered, scope
from app.kit.actor import Actor


@dataclass(frozen=True)
class Column:
    """One stage: how many cases stand there in all, and the first cards (those due next come first)."""

    stage: str
    count: int
    cards: tuple[CaseFile, ...]


def columns_visible_to(session: Session, actor: Actor, wanted: CaseFilter, cards: int) -> dict[str, Column]:
    """The open cases of the filter by stage, at most `cards` of each; two queries however many cases there are."""
    counts = _counts(session, actor, wanted)
    found: dict[str, list[CaseFile]] = {stage: [] for stage in counts}
    for case in _first_cards(session, actor, wanted, cards):
        found[case.stage].append(case)
    return {stage: Column(stage, count, tuple(found[stage])) for stage, count in counts.items()}


def count_by_stage_visible_to(session: Session, actor: Actor, wanted: CaseFilter) -> dict[str, int]:
    """How many open cases of the filter stand in each stage."""
    return _counts(session, actor, wanted)


def _open(actor: Actor) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return scope(actor), CaseFile.state == CaseState.OPEN


def _counts(session: Session, actor: Actor, wanted: CaseFilter) -> dict[str, int]:
    statement = select(CaseFile.stage, func.count(CaseFile.id)).join(CaseFile.enterprise).where(*_open(actor))
    rows = session.execute(filtered(session, statement, wanted).group_by(CaseFile.stage))
    return dict(rows.all())


def _first_cards(session: Session, actor: Actor, wanted: CaseFilter, cards: int) -> list[CaseFile]:
    place = (
        func.row_number()
        .over(
            partition_by=CaseFile.stage,
            order_by=[CaseFile.next_due_on.is_(None), CaseFile.next_due_on, CaseFile.number],
        )
        .label("place")
    )
    inner = select(CaseFile.id.label("id"), place).join(CaseFile.enterprise).where(*_open(actor))
    ranked = filtered(session, inner, wanted).subquery()
    statement = (
        select(CaseFile)
        .join(ranked, ranked.c.id == CaseFile.id)
        .join(CaseFile.enterprise)
        .options(contains_eager(CaseFile.enterprise))
        .where(ranked.c.place <= cards)
        .order_by(CaseFile.stage, ranked.c.place)
    )
    return list(session.scalars(statement))
