"""Reading sweeps: which an officer sees, how firms stand in one, the counts. Their lists: `lists`."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from app.enterprises.imports.models import ImportRun
from app.enterprises.merges.models import FirmMerge
from app.enterprises.models import Enterprise
from app.enterprises.queries import visible_to
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.permissions import within_region
from app.policies.domain.values.outcome import Outcome
from app.policies.models import Sweep, SweepLine
from app.policies.sweeps.domain import SweepStatus

Counts = dict[str, dict[str, int]]


# -- sweeps -------------------------------------------------------------------------------------------------------------


def reaches(actor: Actor) -> ColumnElement[bool]:
    """Sweeps of the actor's region, of a part of it, or of a wider one that holds it; lines are narrowed besides."""
    prefix = actor.region_prefix
    wider = [prefix[:length] for length in range(len(prefix))]
    return or_(within_region(Sweep.region_prefix, prefix), Sweep.region_prefix.in_(wider))


def get_sweep_visible_to(session: Session, actor: Actor, sweep_id: int) -> Sweep:
    """One sweep. Raises `NotFound`, also for one that does not concern the actor's region."""
    found = session.scalar(select(Sweep).where(Sweep.id == sweep_id, reaches(actor)))
    if found is None:
        raise NotFound("sweep.unknown", _("没有这次摸底，或它不在您的辖区内。"))
    return found


# -- standings ----------------------------------------------------------------------------------------------------------

_UNMET, _MET, _UNKNOWN = Outcome.UNMET.value, Outcome.MET.value, Outcome.UNKNOWN.value

BY_STANDING: dict[str, ColumnElement[bool]] = {
    SweepStatus.PASSES: SweepLine.outcome == _MET,
    SweepStatus.DEPENDS: SweepLine.outcome == _UNKNOWN,
    SweepStatus.ONE_SHORT: and_(SweepLine.outcome == _UNMET, SweepLine.unmet == 1),
    SweepStatus.ONLY_ONE: and_(SweepLine.outcome == _UNMET, SweepLine.unmet == 1, SweepLine.unknown == 0),
    SweepStatus.FAILS: SweepLine.outcome == _UNMET,
    SweepStatus.LAPSES: SweepLine.lapses_on.is_not(None),
    SweepStatus.CHANGED: SweepLine.before != SweepLine.outcome,
    SweepStatus.GAINED: and_(SweepLine.before != _MET, SweepLine.outcome == _MET),
    SweepStatus.LOST: and_(SweepLine.before == _MET, SweepLine.outcome != _MET),
}


def sees_all(actor: Actor, sweep: Sweep) -> bool:
    """Whether the whole sweep lies within the actor's region."""
    return sweep.region_prefix.startswith(actor.region_prefix)


# -- counts -------------------------------------------------------------------------------------------------------------


def counts_for(session: Session, actor: Actor, sweep: Sweep) -> Counts:
    """The counts of a finished sweep by policy: those kept, or those of the actor's own region within a wider sweep."""
    if sees_all(actor, sweep):
        found: Counts = sweep.counts.get("policies", {})
        return found
    statement = _counted(sweep).join(Enterprise, Enterprise.id == SweepLine.enterprise_id).where(visible_to(actor))
    return _read_counts(session, statement)


def firms_for(actor: Actor, sweep: Sweep, counts: Counts) -> int:
    """How many firms of a finished sweep the actor sees, given the `counts` that are theirs."""
    if sees_all(actor, sweep):
        return sweep.total
    return max((numbers["firms"] for numbers in counts.values()), default=0)


def count_departed(session: Session, sweep: Sweep, policy: str) -> int:
    """How many firms of a whole sweep have no line under the policy any more, while its counts, those of its day, still hold them: they
    became part of another firm, or went with an import that was taken back. Asked only where one of these came after the sweep.
    """
    merged = exists().where(FirmMerge.at > sweep.finished_at)
    undone = exists().where(ImportRun.undone_at > sweep.finished_at)
    if not session.scalar(select(or_(merged, undone))):
        return 0
    lines = select(func.count()).where(SweepLine.sweep_id == sweep.id, SweepLine.policy_code == policy)
    counted: int = sweep.counts.get("policies", {}).get(policy, {}).get("firms", 0)
    return max(counted - (session.scalar(lines) or 0), 0)


def count_statuses(session: Session, sweep: Sweep) -> Counts:
    """How many firms stand how, by policy."""
    return _read_counts(session, _counted(sweep))


def _counted(sweep: Sweep) -> Select[Any]:
    sums = [func.sum(case((condition, 1), else_=0)) for condition in BY_STANDING.values()]
    new = func.sum(case((SweepLine.before.is_(None), 1), else_=0))
    columns: list[Any] = [SweepLine.policy_code, func.count(), new, *sums]
    counted: Select[Any] = select(*columns)
    return counted.where(SweepLine.sweep_id == sweep.id).group_by(SweepLine.policy_code)


def _read_counts(session: Session, statement: Select[Any]) -> Counts:
    names = ("firms", "new", *map(str, BY_STANDING))
    return {code: dict(zip(names, map(int, numbers), strict=True)) for code, *numbers in session.execute(statement)}
