"""The board: how many cases stand in each stage, and the first cards of each.

Every stage asks its own piece of the index for so many rows and no more, so that the board costs the same at any size. Where it is kept
how many of a stage have a day, only as many pieces are asked for as its cards need.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Select, func, select, union_all
from sqlalchemy.orm import Session

from app.cases.domain.state import CaseState
from app.cases.lists import CASES, CaseFilter, kept_of
from app.cases.loads import UNDATED
from app.cases.models import CaseFile
from app.cases.queries import scope
from app.kit.actor import Actor
from app.kit.lists.viewer import Viewer
from app.kit.paging import Count, bounded

BOUND = 1_000


@dataclass(frozen=True)
class StageColumn:
    """One stage: how many open cases stand there (exactly up to 1,000), and the first cards, those due next first."""

    stage: str
    count: Count
    cards: tuple[CaseFile, ...]


def columns_visible_to(viewer: Viewer, wanted: CaseFilter, stages: Sequence[str], cards: int) -> dict[str, StageColumn]:
    """The open cases of the filter in each of `stages`, at most `cards` of each; two queries, one where the numbers are kept."""
    counts = _counts(viewer, wanted, stages)
    found: dict[str, list[CaseFile]] = {stage: [] for stage in stages}
    for case in _first_cards(viewer, wanted, counts, cards):
        found[case.stage].append(case)
    return {
        stage: StageColumn(stage, bounded(counts[stage].all, BOUND), tuple(found[stage][:cards])) for stage in stages
    }


def busiest_programme(session: Session, actor: Actor) -> str:
    """The programme with the most of the 1,000 newest open cases within the actor's reach; "" without cases."""
    cases = select(CaseFile.programme_code.label("code")).join(CaseFile.enterprise).where(scope(actor))
    newest = cases.where(CaseFile.state == CaseState.OPEN).order_by(CaseFile.id.desc()).limit(BOUND).subquery()
    busiest = select(newest.c.code).group_by(newest.c.code).order_by(func.count().desc(), newest.c.code)
    return session.scalar(busiest.limit(1)) or ""


@dataclass(frozen=True)
class _Number:
    """How many cases stand in a stage, exactly up to 1,000 and one; how many of them have a day, where that is known."""

    all: int = 0
    dated: int | None = None

    def pieces(self, cards: int) -> Sequence[bool]:
        """Which rows are asked for so many cards: those with a day (True), those without."""
        if self.dated is None:
            return (True, False) if self.all else ()
        return (*(True,) * bool(self.dated), *(False,) * (self.dated < min(cards, self.all)))


def _counts(viewer: Viewer, wanted: CaseFilter, stages: Sequence[str]) -> dict[str, _Number]:
    """How many open cases of the filter stand in each of `stages`."""
    kept = kept_of(viewer, replace(wanted, state=CaseState.OPEN))
    if kept is None:
        return _counted(viewer, wanted, stages)
    found: dict[str, Counter[bool]] = {stage: Counter() for stage in stages}
    for lying, n in kept.items():
        if lying.stage in found:
            found[lying.stage][lying.due != UNDATED] += n
    return {stage: _Number(n.total(), n[True]) for stage, n in found.items()}


def _counted(viewer: Viewer, wanted: CaseFilter, stages: Sequence[str]) -> dict[str, _Number]:
    if not stages:
        return {}
    counts = [
        select(func.count())
        .select_from(CASES.narrowed(_in_stage(viewer.actor, stage), viewer, wanted).limit(BOUND + 1).subquery())
        .scalar_subquery()
        for stage in stages
    ]
    row = viewer.session.execute(select(*counts)).one()
    return {stage: _Number(n) for stage, n in zip(stages, row, strict=True)}


def _first_cards(viewer: Viewer, wanted: CaseFilter, counts: Mapping[str, _Number], cards: int) -> list[CaseFile]:
    """At most `cards` with a day and `cards` without one of each stage, the earliest day first."""
    pieces = [
        CASES.narrowed(_in_order(viewer.actor, stage, dated), viewer, wanted).limit(cards).subquery()
        for stage, number in counts.items()
        for dated in number.pieces(cards)
    ]
    if not pieces:
        return []
    rows = viewer.session.scalars(
        select(CaseFile)
        .join(CaseFile.enterprise)
        .options(*CASES.options)
        .where(CaseFile.id.in_(union_all(*(select(piece.c.id) for piece in pieces))))
        .order_by(CaseFile.next_due_on.is_(None), CaseFile.next_due_on, CaseFile.number)
    )
    return list(rows)


def _in_order(actor: Actor, stage: str, dated: bool) -> Select[int]:
    statement = _in_stage(actor, stage)
    if dated:
        return statement.where(CaseFile.next_due_on.is_not(None)).order_by(CaseFile.next_due_on, CaseFile.number)
    return statement.where(CaseFile.next_due_on.is_(None)).order_by(CaseFile.number)


def _in_stage(actor: Actor, stage: str) -> Select[int]:
    return (
        select(CaseFile.id.label("id"))
        .join(CaseFile.enterprise)
        .where(scope(actor), CaseFile.state == CaseState.OPEN, CaseFile.stage == stage)
    )
