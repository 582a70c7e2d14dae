"""Budgets of a year, and what is on file against them."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.enterprises.likely import likely_within
from app.enterprises.models import Enterprise
from app.incentives.domain.budget import Sum
from app.incentives.domain.steps import IncentiveState
from app.incentives.models import Incentive, IncentiveBudget
from app.incentives.queries.schemes import SchemeFamily
from app.kit.actor import Actor

Key = tuple[str, bool]
"""A scheme's code, or a purpose's with True."""


def list_budgets(session: Session, code: str, region_prefix: str) -> list[IncentiveBudget]:
    """What was set for a scheme or a purpose, in one's own area or a wider one, the newest first."""
    rows = session.scalars(
        select(IncentiveBudget).where(IncentiveBudget.code == code).order_by(IncentiveBudget.id.desc())
    )
    return [row for row in rows if _concerns(row, region_prefix)]


def budgets_of_year(session: Session, year: int, region_prefix: str) -> dict[Key, IncentiveBudget]:
    """The budget that counts for each scheme and purpose: the most local one, of those the newest."""
    rows = session.scalars(select(IncentiveBudget).where(IncentiveBudget.year == year).order_by(IncentiveBudget.id))
    found: dict[Key, IncentiveBudget] = {}
    for row in sorted((row for row in rows if _concerns(row, region_prefix)), key=lambda row: len(row.jurisdiction)):
        found[(row.code, row.whole_group)] = row
    return found


def _concerns(row: IncentiveBudget, region_prefix: str) -> bool:
    return row.jurisdiction.startswith(region_prefix) or region_prefix.startswith(row.jurisdiction)


def sums_on_file(session: Session, codes: Iterable[str], year: int, area: str) -> dict[tuple[str, IncentiveState], Sum]:
    """What was recommended, awarded and paid under each scheme for facts of the year, to firms of the area."""
    rows = session.execute(
        select(
            Incentive.scheme_code,
            Incentive.state,
            func.count(),
            func.count(Incentive.amount_fen),
            func.coalesce(func.sum(Incentive.amount_fen), 0),
        )
        .join(Incentive.enterprise)
        .where(
            Incentive.scheme_code.in_(list(codes)),
            Incentive.state != IncentiveState.ELIGIBLE.value,
            Incentive.triggered_on.between(date(year, 1, 1), date(year, 12, 31)),
            likely_within(Enterprise.region_code, area),
        )
        .group_by(Incentive.scheme_code, Incentive.state)
    )
    return {
        (code, IncentiveState(state)): Sum(n, int(fen or 0), int(fen or 0), n - known)
        for code, state, n, known, fen in rows
    }


def list_on_file(
    session: Session, codes: Sequence[str], year: int | None, enterprise_ids: Sequence[int]
) -> list[Incentive]:
    """The incentives of some firms under some schemes, for facts of the year if one is given; versions and steps along."""
    statement = select(Incentive).where(
        Incentive.scheme_code.in_(codes),
        Incentive.state != IncentiveState.ELIGIBLE.value,
        Incentive.enterprise_id.in_(enterprise_ids),
    )
    if year is not None:
        statement = statement.where(Incentive.triggered_on.between(date(year, 1, 1), date(year, 12, 31)))
    return list(session.scalars(statement.options(joinedload(Incentive.scheme_version), selectinload(Incentive.steps))))


def area_of(family: SchemeFamily, actor: Actor) -> str:
    """The area a budget of this scheme is about: the officer's own where the scheme's is wider."""
    return actor.region_prefix if actor.region_prefix.startswith(family.jurisdiction) else family.jurisdiction
