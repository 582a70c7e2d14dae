"""What one firm gets of all that it may enjoy: its claims of a year stacked by purpose."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy.orm import Session

from app.incentives.domain.amount import Amount
from app.incentives.domain.scheme import Scheme, Stacking, amount_fen
from app.incentives.domain.stacking import Claim, Share, stack
from app.incentives.domain.steps import IncentiveState
from app.incentives.models import Incentive
from app.incentives.queries.awards import list_of_enterprise
from app.incentives.queries.entitlements import Entitlement, EntitlementScope, list_entitlements
from app.incentives.queries.schemes import list_families, parsed
from app.incentives.service.calculation import CalculatedIncentive, calculate_entitlement

_SETTLED = frozenset({IncentiveState.AWARDED.value, IncentiveState.PAID.value})
Key = tuple[str, str]
"""A scheme's code and the key of the triggering fact: what tells one claim of a firm from another."""


def shares_of_firm(
    session: Session, entitlements: Sequence[Entitlement], on_file: Sequence[Incentive]
) -> tuple[dict[Key, CalculatedIncentive], dict[Key, Share]]:
    """Each entitlement of one firm calculated, and what each of them and of the incentives on file gets."""
    calculated = {_key(item): calculate_entitlement(session, item) for item in entitlements}
    claims = [claim_of(item, calculated[_key(item)].amount) for item in entitlements]
    claims += [claim_on_file(item, parsed(item.scheme_version)) for item in on_file]
    return calculated, by_key(stack(claims))


def share_of(session: Session, item: Entitlement, calculated: CalculatedIncentive) -> Share:
    """What one entitlement gets beside everything else that its firm may enjoy or has on file."""
    families = list_families(session, item.enterprise.region_code)
    others = list_entitlements(session, families, EntitlementScope(enterprise_id=item.enterprise.id))
    own = claim_of(item, calculated.amount)
    claims = [
        claim_of(other, calculate_entitlement(session, other).amount) for other in others if _key(other) != _key(item)
    ]
    on_file = list_of_enterprise(session, item.enterprise.id)
    claims += [claim_on_file(row, parsed(row.scheme_version)) for row in on_file]
    return stack([own, *claims])[0]


def _key(item: Entitlement) -> Key:
    return item.family.code, item.trigger_key


def by_key(shares: Iterable[Share]) -> dict[Key, Share]:
    """Shares by the scheme and the fact of their claims."""
    return {(share.claim.scheme, share.claim.key.split(" ", 1)[1]): share for share in shares}


def claim_of(item: Entitlement, amount: Amount) -> Claim:
    """An entitlement nobody has acted on, as a claim."""
    return claim_under(item.version.scheme, item.trigger_key, item.triggered_on, amount.low, amount.high)


def claim_on_file(item: Incentive, scheme: Scheme) -> Claim:
    """An incentive on file as a claim; awarded and paid ones stand, a recommendation without an amount is open."""
    low, high = (item.amount_fen, item.amount_fen) if item.amount_fen is not None else _kept(item)
    return claim_under(scheme, item.trigger_key, item.triggered_on, low, high, settled=item.state in _SETTLED)


def _kept(item: Incentive) -> tuple[int, int | None]:
    """The bounds calculated when it was recommended."""
    found = next((step.computation["amount"] for step in reversed(item.steps) if step.computation), None)
    return (found["low"] or 0, found["high"]) if found else (0, None)


def claim_under(
    scheme: Scheme, trigger_key: str, happened_on: date, low: int, high: int | None, *, settled: bool = False
) -> Claim:
    """A claim to between `low` and `high` 分 under a scheme, by a fact of the day `happened_on`."""
    return Claim(
        key=f"{scheme.code} {trigger_key}",
        scheme=scheme.code,
        group=scheme.purpose,
        happened_on=happened_on,
        low=low,
        high=high,
        level=scheme.level,
        stacking=scheme.stacking or Stacking.CUMULATIVE,
        limit=amount_fen(scheme.annual_limit),
        settled=settled,
    )
