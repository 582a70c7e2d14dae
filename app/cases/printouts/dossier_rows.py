"""The dated rows of a case as of an instant: its stages, approvals and opinions."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.domain.version_change import VERSION_CHANGE
from app.cases.models import Approval, CaseFile, StageEntry
from app.cases.opinions.domain import OUTCOME_LABELS, OpinionOutcome
from app.cases.opinions.models import Opinion
from app.cases.opinions.queries import department_names
from app.kit.actor import Role
from app.kit.clock import shanghai
from app.kit.i18n import _
from app.programmes.domain.definition import Programme
from app.programmes.queries import load_catalogue


@dataclass(frozen=True)
class PassageRow:
    """A stage that the case was in by then, and who took the step into it; `at` is empty where it was not kept."""

    stage: str
    step: str
    on: date
    by: str
    at: str
    taken_back: str


@dataclass(frozen=True)
class ApprovalRow:
    """An approval given by then; `lapsed` says since when it counted no more, and why."""

    step: str
    by: str
    role: str
    at: str
    note: str
    lapsed: str


@dataclass(frozen=True)
class OpinionRow:
    """A question put to a department by then, and its answer if there was one by then."""

    department: str
    question: str
    asked: str
    due_on: str
    outcome: str
    answer: str
    answered: str


def instant(at: datetime | None) -> str:
    """An instant on a Shanghai wall clock, to the minute; "" for none."""
    return f"{shanghai(at):%Y-%m-%d %H:%M}" if at else ""


def passages_until(
    session: Session, case: CaseFile, programme: Programme, on: date, until: datetime
) -> tuple[PassageRow, ...]:
    """The stages entered by then, in order; a step taken back by then is told and counts no more."""
    rows = session.scalars(select(StageEntry).where(StageEntry.case_id == case.id).order_by(StageEntry.ordinal)).all()
    known = [row for row in rows if (row.at < until if row.at else row.entered_on <= on)]
    back = {row.id for row in known if row.taken_back_at is not None and row.taken_back_at < until}
    versions = (programme, *load_catalogue(session).versions_of(programme.code))
    return tuple(_passage(row, versions, row.id in back) for row in known)


def _passage(row: StageEntry, versions: tuple[Programme, ...], back: bool) -> PassageRow:
    """A case that was moved to a newer version has stages and steps behind it that only an older one knows."""
    stage = next(found for version in versions if (found := version.find_stage(row.stage)))
    action = next((step for version in versions if (step := version.find_action(row.action))), None)
    moved = _("换用通道新版本") if row.action == VERSION_CHANGE else _("立案")
    return PassageRow(
        stage=str(stage.name),
        step=str(action.label) if action else moved,
        on=row.entered_on,
        by=row.by_name,
        at=instant(row.at),
        taken_back=instant(row.taken_back_at) if back else "",
    )


def approvals_until(session: Session, case: CaseFile, programme: Programme, until: datetime) -> tuple[ApprovalRow, ...]:
    """The approvals given by then, in order."""
    rows = session.scalars(
        select(Approval).where(Approval.case_id == case.id, Approval.at < until).order_by(Approval.id)
    )
    return tuple(_approval(row, programme, until) for row in rows)


def _approval(row: Approval, programme: Programme, until: datetime) -> ApprovalRow:
    action = programme.find_action(row.action)
    lapsed = row.lapsed_at is not None and row.lapsed_at < until
    return ApprovalRow(
        step=str(action.label) if action else row.action,
        by=row.officer_name,
        role=_(Role(row.role).traits.label),
        at=instant(row.at),
        note=row.note,
        lapsed=f"{instant(row.lapsed_at)} {row.lapse_reason}".strip() if lapsed else "",
    )


def opinions_until(session: Session, case: CaseFile, until: datetime) -> tuple[OpinionRow, ...]:
    """The questions asked by then, in order."""
    rows = session.scalars(
        select(Opinion).where(Opinion.case_id == case.id, Opinion.asked_at < until).order_by(Opinion.id)
    ).all()
    names = department_names(session) if rows else {}
    return tuple(_opinion(row, names.get(row.department, row.department), until) for row in rows)


def _opinion(row: Opinion, department: str, until: datetime) -> OpinionRow:
    answered = row.answered_at is not None and row.answered_at < until
    withdrawn = row.withdrawn_at is not None and row.withdrawn_at < until
    waiting = _("已撤回") if withdrawn else _("待答复")
    return OpinionRow(
        department=department,
        question=row.question,
        asked=f"{row.asked_by_name} {instant(row.asked_at)}",
        due_on=str(row.due_on or ""),
        outcome=_(OUTCOME_LABELS[OpinionOutcome(row.outcome)]) if answered else waiting,
        answer=row.answer if answered else "",
        answered=f"{row.answered_by} {instant(row.answered_at)}" if answered else "",
    )
