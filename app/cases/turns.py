"""Which cases wait for the bureau: whose turn a stage is, what is prepared, which milestone comes first."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, select, union_all
from sqlalchemy.orm import Session

from app.cases.domain.state import CaseState
from app.cases.models import CaseFile, Milestone
from app.cases.queries import visible_to
from app.enterprises.models import Enterprise
from app.enterprises.queries import gone
from app.kit.actor import Actor
from app.kit.membership import one_of
from app.programmes.queries import Catalogue

Stage = tuple[str, str, str]
"""Programme, version and stage of a case."""
_BETWEEN = "/"


def bureau_stages(catalogue: Catalogue) -> tuple[Stage, ...]:
    """Every stage in which it is the bureau's turn."""
    return tuple(
        (code, version, stage.code)
        for (code, version), programme in sorted(catalogue.versions.items())
        for stage in programme.stages
        if stage.turn == "bureau" and not stage.is_final
    )


def in_stages(stages: Iterable[Stage]) -> ColumnElement[bool]:
    """Cases that are in one of these stages.

    Compared as one text with one list: three comparisons with each of dozens of stages took longer than all else of a desk.
    """
    place = CaseFile.programme_code + _BETWEEN + CaseFile.programme_version + _BETWEEN + CaseFile.stage
    return one_of(place, [_BETWEEN.join(stage) for stage in stages])


def list_preparing_visible_to(
    session: Session, actor: Actor, officer_id: int | None, programmes: Sequence[str], limit: int
) -> list[CaseFile]:
    """Open cases of firms that are not gone that were not handed in yet, the earliest day first, `limit` at most."""
    statement = visible_to(actor).where(
        CaseFile.state == CaseState.OPEN,
        CaseFile.submitted_on.is_(None),
        CaseFile.programme_code.in_(programmes),
        CaseFile.enterprise_id.not_in(select(Enterprise.id).where(gone())),
    )
    if officer_id is not None:
        statement = statement.where(CaseFile.officer_id == officer_id)
    dated = statement.where(CaseFile.next_due_on.is_not(None)).order_by(CaseFile.next_due_on, CaseFile.number)
    undated = statement.where(CaseFile.next_due_on.is_(None)).order_by(CaseFile.number)
    first = [select(piece.with_only_columns(CaseFile.id).limit(limit).subquery().c.id) for piece in (dated, undated)]
    in_order = (CaseFile.next_due_on.is_(None), CaseFile.next_due_on, CaseFile.number)
    return list(session.scalars(statement.where(CaseFile.id.in_(union_all(*first))).order_by(*in_order).limit(limit)))


def next_milestones(session: Session, case_ids: Sequence[int]) -> dict[int, Milestone]:
    """The open milestone of each case that is due first, one query for all."""
    rows = session.scalars(
        select(Milestone)
        .where(
            Milestone.case_id.in_(case_ids),
            Milestone.due_on.is_not(None),
            Milestone.done_on.is_(None),
            Milestone.lapsed_on.is_(None),
        )
        .order_by(Milestone.due_on.desc(), Milestone.id.desc())
    )
    return {row.case_id: row for row in rows}
