"""Budgets: setting one, and what a year comes to: committed by the steps taken, expected by the entitlements left."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.incentives import events
from app.incentives.domain.budget import NOTHING, BudgetView, Sum, several, total
from app.incentives.domain.scheme import AmountType, Stacking, amount_fen
from app.incentives.domain.stacking import Claim, Share, stack
from app.incentives.domain.steps import IncentiveState
from app.incentives.models import IncentiveBudget
from app.incentives.queries.budgets import area_of, budgets_of_year, list_on_file, sums_on_file
from app.incentives.queries.entitlements import EntitlementScope, count_by_day, count_entitlements, page_entitlements
from app.incentives.queries.schemes import SchemeFamily, SchemeVersion, parsed
from app.incentives.schemas import BudgetInput
from app.incentives.service.amounts import require_set_amount
from app.incentives.service.calculation import calculate_entitlements
from app.incentives.service.sharing import claim_of, claim_on_file
from app.incentives.service.versions import scheme_subject
from app.journal.service import record
from app.kit.actor import Actor

MOST_CALCULATED = 500
"""Entitlements of one scheme and year that are reckoned one by one, where their amounts are not all alike."""


def set_budget(
    session: Session, *, actor: Actor, family: SchemeFamily, given: BudgetInput, now: datetime
) -> IncentiveBudget:
    """Set aside an amount for a year, for the scheme or for all schemes of its purpose; earlier rows stay on file."""
    require_set_amount(actor, family)
    scheme = family.versions[0].scheme
    code = scheme.purpose if given.whole_group else family.code
    before = budgets_of_year(session, given.year, area_of(family, actor)).get((code, given.whole_group))
    row = IncentiveBudget(
        code=code,
        whole_group=given.whole_group,
        jurisdiction=area_of(family, actor),
        year=given.year,
        amount_fen=given.amount_fen,
        document=given.document_number,
        recorded_at=now,
        recorded_by=actor.name,
    )
    session.add(row)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        type=events.BUDGET_SET,
        subject=scheme_subject(scheme),
        changes={
            "budget_fen": (before.amount_fen if before else None, row.amount_fen),
            "budget_year": (None, row.year),
            "document": (before.document if before else "", row.document),
        },
        data={"whole_group": given.whole_group},
    )
    return row


# -- what a year comes to -----------------------------------------------------------------------------------------------------


def budget_of(
    session: Session, actor: Actor, family: SchemeFamily, families: Sequence[SchemeFamily], year: int
) -> BudgetView:
    """One year of a scheme. `families` are all schemes of the area: those of the same purpose share and yield."""
    return _view(session, actor, family, [family], families, year, whole_group=False)


def budget_of_group(
    session: Session, actor: Actor, family: SchemeFamily, families: Sequence[SchemeFamily], year: int
) -> BudgetView:
    """One year of all schemes that have the scheme's purpose."""
    return _view(session, actor, family, of_purpose(family, families), families, year, whole_group=True)


def of_purpose(family: SchemeFamily, families: Sequence[SchemeFamily]) -> list[SchemeFamily]:
    """The schemes that share a purpose, the scheme itself included."""
    purpose = family.versions[0].scheme.purpose
    others = [item for item in families if item.code != family.code and item.versions[0].scheme.purpose == purpose]
    return [family, *others]


def _view(
    session: Session,
    actor: Actor,
    family: SchemeFamily,
    counted: Sequence[SchemeFamily],
    families: Sequence[SchemeFamily],
    year: int,
    *,
    whole_group: bool,
) -> BudgetView:
    area = area_of(family, actor)
    code = family.versions[0].scheme.purpose if whole_group else family.code
    row = budgets_of_year(session, year, area).get((code, whole_group))
    stated = None if whole_group else next((b for b in map(_stated, family.versions) if b and b[0] == year), None)
    on_file = sums_on_file(session, [item.code for item in counted], year, area)
    expected = expected_of(session, of_purpose(family, families), EntitlementScope(area, year=year))
    shown = [expected.get(item.code, Expected()) for item in counted]
    return BudgetView(
        year=year,
        budget=row.amount_fen if row else stated[1] if stated else None,
        document=row.document if row else family.versions[0].row.document if stated else "",
        recommended=total(on_file.get((item.code, IncentiveState.RECOMMENDED), NOTHING) for item in counted),
        awarded=total(on_file.get((item.code, IncentiveState.AWARDED), NOTHING) for item in counted),
        paid=total(on_file.get((item.code, IncentiveState.PAID), NOTHING) for item in counted),
        expected=total(item.amount for item in shown),
        uncounted=sum(item.uncounted for item in shown),
    )


def _stated(version: SchemeVersion) -> tuple[int, int] | None:
    budget = version.scheme.budget
    return (budget.year, amount_fen(budget.amount) or 0) if budget else None


# -- what is expected ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Expected:
    """What the open entitlements of one scheme come to; `uncounted` were not calculated one by one."""

    amount: Sum = NOTHING
    uncounted: int = 0


def expected_of(session: Session, families: Sequence[SchemeFamily], scope: EntitlementScope) -> dict[str, Expected]:
    """What the open entitlements of a year come to by scheme; `families` are all schemes of one purpose."""
    alike = all(_alike(version) for family in families for version in family.versions)
    return _counted(session, families, scope) if alike else _one_by_one(session, families, scope)


def _alike(version: SchemeVersion) -> bool:
    """Whether every firm gets the same under this version, whatever else it gets."""
    scheme = version.scheme
    fixed = scheme.amount_type in {AmountType.FIXED, AmountType.UNSET} and not scheme.when and not scheme.requires
    return fixed and scheme.stacking in {None, Stacking.CUMULATIVE} and scheme.annual_limit is None


def _counted(session: Session, families: Sequence[SchemeFamily], scope: EntitlementScope) -> dict[str, Expected]:
    """Counts by day are enough: the version of the day says the amount."""
    by_code = {family.code: family for family in families}
    found: dict[str, Expected] = {}
    for (code, on), n in count_by_day(session, families, scope).items():
        version = by_code[code].in_force(on)
        amount = version.row.amount_fen if version else None
        found[code] = Expected(found.get(code, Expected()).amount + several(n, amount or 0, amount))
    return found


def _one_by_one(session: Session, families: Sequence[SchemeFamily], scope: EntitlementScope) -> dict[str, Expected]:
    items = page_entitlements(session, families, scope, limit=MOST_CALCULATED).items
    amounts = calculate_entitlements(session, items)
    claims = [(item.enterprise.id, claim_of(item, amount)) for item, amount in zip(items, amounts, strict=True)]
    sums: dict[str, Sum] = {family.code: NOTHING for family in families}
    for share in _shared(session, claims, [family.code for family in families], scope):
        sums[share.claim.scheme] += several(1, share.low, share.high)
    if len(items) < MOST_CALCULATED:
        return {code: Expected(found) for code, found in sums.items()}
    counts = {family.code: count_entitlements(session, [family], scope).n for family in families}
    return {code: Expected(found, counts[code] - found.count) for code, found in sums.items()}


def _shared(
    session: Session, claims: Sequence[tuple[int, Claim]], codes: Sequence[str], scope: EntitlementScope
) -> Iterator[Share]:
    """What each claim gets beside what its firm has on file for the same purpose."""
    of_firm: dict[int, list[Claim]] = {}
    for firm, claim in claims:
        of_firm.setdefault(firm, []).append(claim)
    on_file: dict[int, list[Claim]] = {}
    for row in list_on_file(session, codes, scope.year, sorted(of_firm)):
        on_file.setdefault(row.enterprise_id, []).append(claim_on_file(row, parsed(row.scheme_version)))
    for firm, own in of_firm.items():
        yield from stack([*own, *on_file.get(firm, ())])[: len(own)]
