"""A case made ready for a change: locked, allowed, its programme version and its snapshot."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.cases.domain.milestones import next_due
from app.cases.domain.state import CaseSnapshot, CaseState, Cutoffs, MilestoneState
from app.cases.models import CaseFile, CaseMarker, Milestone
from app.enterprises.models import Enterprise
from app.journal.domain import Change, SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.errors import Conflict, NotFound
from app.kit.i18n import _
from app.kit.permissions import Action, Place, require
from app.programmes.domain.definition import Programme
from app.programmes.domain.due import ShiftWorkingDays
from app.programmes.queries import find_round, get_version
from app.reference.queries import work_calendar


@dataclass
class LoadedCase:
    """A case under its lock, with everything that decisions need."""

    session: Session
    row: CaseFile
    programme: Programme
    milestones: list[Milestone]
    markers: list[CaseMarker]
    cutoffs: Cutoffs = field(default_factory=Cutoffs)

    @property
    def snapshot(self) -> CaseSnapshot:
        """The case as it stands now."""
        row = self.row
        return CaseSnapshot(
            number=row.number,
            state=CaseState(row.state),
            stage=row.stage,
            stage_entered_on=row.stage_entered_on,
            year=row.year,
            opened_on=row.opened_on,
            submitted_on=row.submitted_on,
            version=row.version,
            markers=frozenset(marker.marker for marker in self.markers),
            milestones=tuple(state_of(milestone) for milestone in self.milestones),
            cutoffs=self.cutoffs,
        )

    def check_version(self, version: int) -> None:
        """Raise `Conflict` when the form was made from an older state of the case."""
        if self.row.version != version:
            raise Conflict("case.stale", _("该件刚被他人改动，请核对后重新提交。"))

    def touched(self, now: datetime, *, bump: bool = True) -> None:
        """Note that the case changed: its version, its time, and when something is due next."""
        if bump:
            self.row.version += 1
        self.row.updated_at = now
        self.row.next_due_on = next_due(state_of(milestone) for milestone in self.milestones)
        self.session.flush()

    def record(
        self,
        *,
        actor: Actor,
        now: datetime,
        type: str,
        changes: Mapping[str, Change] | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """Write the one event of a use case."""
        subject = subject_of(self.row, self.row.enterprise, self.programme)
        record(self.session, actor=actor, now=now, type=type, subject=subject, changes=changes, data=data)


def load_case(session: Session, *, actor: Actor, action: Action, number: str) -> LoadedCase:
    """The case `number`, locked for a change that `actor` may make; raises `NotFound` or `Forbidden`.

    What lies outside the actor's region or firm is not found, whatever the action.
    """
    row = session.scalars(
        select(CaseFile)
        .options(joinedload(CaseFile.enterprise))
        .where(CaseFile.number == number)
        .with_for_update(of=CaseFile)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None or not is_visible(actor, row.enterprise):
        raise NotFound("case.unknown", _("没有编号为“%(number)s”的件。") % {"number": number})
    require(actor, action, place_of(row.enterprise))
    return with_parts(session, row)


def with_parts(session: Session, row: CaseFile) -> LoadedCase:
    """The case of `row` with its programme version, milestones, markers and cut-offs."""
    milestones = session.scalars(select(Milestone).where(Milestone.case_id == row.id).order_by(Milestone.id))
    markers = session.scalars(select(CaseMarker).where(CaseMarker.case_id == row.id))
    return LoadedCase(
        session=session,
        row=row,
        programme=get_version(session, row.programme_code, row.programme_version),
        milestones=list(milestones),
        markers=list(markers),
        cutoffs=cutoffs_of(session, row.programme_code, row.year, row.round),
    )


def cutoffs_of(session: Session, programme_code: str, year: int, round_code: str | None) -> Cutoffs:
    """The cut-offs of a round; empty without one."""
    found = find_round(session, programme_code, year, round_code)
    return Cutoffs(found.bureau_cutoff_on, found.province_cutoff_on) if found else Cutoffs()


def shift_in(session: Session) -> ShiftWorkingDays:
    """Counts working days by the statutory calendar under the bureau's overrides."""
    calendar = work_calendar(session)

    def shift(day: date, days: int) -> date:
        return calendar.add(day, days)

    return shift


def state_of(milestone: Milestone) -> MilestoneState:
    """A milestone's row as decisions see it."""
    return MilestoneState(
        code=milestone.code,
        ordinal=milestone.ordinal,
        due_on=milestone.due_on,
        done_on=milestone.done_on,
        lapsed_on=milestone.lapsed_on,
    )


def place_of(enterprise: Enterprise) -> Place:
    """Where a case of this firm lies, for permissions."""
    return Place(region_code=enterprise.region_code, enterprise_id=enterprise.id)


def is_visible(actor: Actor, enterprise: Enterprise) -> bool:
    """Whether the actor's region or firm reaches this one."""
    if actor.enterprise_id is not None:
        return enterprise.id == actor.enterprise_id
    return enterprise.region_code.startswith(actor.region_prefix)


def subject_of(row: CaseFile, enterprise: Enterprise, programme: Programme) -> SubjectKey:
    """The case as the journal names it."""
    return SubjectKey(
        kind="case",
        id=row.number,
        label=f"{enterprise.name} {programme.title.zh}",
        enterprise_id=enterprise.id,
        region_code=enterprise.region_code,
    )
