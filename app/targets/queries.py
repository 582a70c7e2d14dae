"""Reads of plans, and their numbers as they stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased, selectinload

from app.cases.models import CaseMarker
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.reference.published import kept
from app.targets import counts
from app.targets.domain import (
    TENTHOUSANDTHS,
    Applications,
    Certificates,
    Counted,
    Period,
    Target,
    TargetOperator,
)
from app.targets.models import Plan, PlanItem

_counted: TypeAdapter[Counted] = TypeAdapter(Counted)


@dataclass(frozen=True)
class PlanView:
    """A plan as it serves a year: its own, or the latest one before it, counted for an area."""

    plan: Plan
    period: Period
    region_prefix: str

    @property
    def is_of_the_year(self) -> bool:
        """Whether the plan was made for the year that is counted."""
        return self.plan.year == self.period.year


@dataclass(frozen=True)
class TargetResult:
    """One item of a plan with its number as it stands; None where nothing is counted here."""

    item: PlanItem
    target: Target | None
    count: int | None

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None where there is no number on one of the sides."""
        return None if self.target is None or self.count is None else self.target.is_met(self.count)

    @property
    def missing(self) -> int | None:
        """How many whole units are still needed."""
        return None if self.target is None or self.count is None else self.target.missing(self.count)


def is_current() -> ColumnElement[bool]:
    """Plans that no correction supersedes: those that are counted and shown."""
    later = aliased(Plan)
    newer = select(later.id).where(
        later.jurisdiction == Plan.jurisdiction, later.year == Plan.year, later.revision > Plan.revision
    )
    return ~newer.exists()


def find_corrected(session: Session, plan: Plan) -> Plan | None:
    """The plan that this one corrects; None for one that is no correction."""
    if not plan.revision:
        return None
    return session.scalar(select(Plan).where(Plan.code == plan.code, Plan.revision == plan.revision - 1))


def indicator_key(plan: Plan, item: PlanItem) -> str:
    """By what an indicator is known outside, whatever the revision of its plan."""
    return f"{plan.code}:{item.code}"


@kept
def _current_plans(session: Session) -> list[Plan]:
    return list(session.scalars(select(Plan).where(is_current()).options(selectinload(Plan.items))))


def find_plan(session: Session, actor: Actor, year: int, today: date) -> PlanView | None:
    """The plan of that year in the actor's area, else the latest earlier one, else the next; None without any."""
    plans = [
        plan
        for plan in _current_plans(session)
        if plan.jurisdiction.startswith(actor.region_prefix) or actor.region_prefix.startswith(plan.jurisdiction)
    ]
    if not plans:
        return None
    earlier = [plan for plan in plans if plan.year <= year]
    chosen = max(earlier, key=_nearness) if earlier else min(plans, key=lambda plan: plan.year)
    prefix = max(chosen.jurisdiction, actor.region_prefix, key=len)
    return PlanView(chosen, Period.of(year, today), prefix)


def _nearness(plan: Plan) -> tuple[int, int]:
    return plan.year, len(plan.jurisdiction)


def list_plan_years(session: Session, actor: Actor) -> list[int]:
    """The years for which there is a plan in the actor's area, the latest first."""
    rows = session.execute(select(Plan.year, Plan.jurisdiction))
    found = {
        year for year, place in rows if place.startswith(actor.region_prefix) or actor.region_prefix.startswith(place)
    }
    return sorted(found, reverse=True)


def target_of(item: PlanItem) -> Target | None:
    """The number to reach, where the plan states one."""
    if item.target_tenthousandths is None:
        return None
    return Target(TargetOperator(item.operator), Decimal(item.target_tenthousandths) / TENTHOUSANDTHS)


def counted_of(item: PlanItem) -> Counted | None:
    """What is counted for an item, where something is."""
    return None if item.counts is None else _counted.validate_python(item.counts)


def result(session: Session, view: PlanView, item: PlanItem) -> TargetResult:
    """One item with its number."""
    counted = counted_of(item)
    n = None if counted is None else counts.count(session, counted, view.period, view.region_prefix)
    return TargetResult(item, target_of(item), n)


def list_results(session: Session, view: PlanView) -> list[TargetResult]:
    """Every item of the plan with its number, in the plan's order."""
    return [result(session, view, item) for item in view.plan.items]


def list_headlines(session: Session, view: PlanView) -> list[TargetResult]:
    """The numbers that the desk shows, in their order."""
    items = sorted((item for item in view.plan.items if item.headline is not None), key=lambda item: item.headline or 0)
    return [result(session, view, item) for item in items]


def get_item(view: PlanView, code: str) -> PlanItem:
    """The item of this code; raises NotFound target.not_found when there is none or nothing is counted for it."""
    for item in view.plan.items:
        if item.code == code and item.counts is not None:
            return item
    raise NotFound("target.not_found", _("工作要点中没有这一项，或这一项没有可以打开的明细。"))


# -- what else a headline says --------------------------------------------------------------------------------------------------------------


def count_pending(session: Session, view: PlanView, counted: Applications) -> int:
    """Open cases of the programme that were not handed in yet."""
    return counts.count_pending(session, counted, view.period, view.region_prefix)


def count_expiring(session: Session, view: PlanView, counted: Certificates) -> int:
    """Firms whose certificate runs out before the year does, with none to follow."""
    return counts.count_expiring(session, counted, view.period, view.region_prefix)


# -- the rows behind a number ------------------------------------------------------------------------------------------------------------------


def submission_days(session: Session, case_ids: Sequence[int]) -> dict[int, date]:
    """The day on which each of these cases was handed in, one query for all."""
    rows = session.execute(
        select(CaseMarker.case_id, CaseMarker.reached_on).where(
            CaseMarker.case_id.in_(case_ids), CaseMarker.marker == counts.SUBMITTED
        )
    )
    return {row.case_id: row.reached_on for row in rows}
