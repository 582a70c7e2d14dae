"""What a firm gets in a year when several schemes have one purpose: the highest only, the difference, or all of them.

Cumulative schemes neither yield nor make others yield. Among those of one group that give the highest only, the highest
amount is paid; ties go to the higher level, then to the earlier fact. A scheme that pays the difference adds what its
amount has over all that the group gives already, the higher levels first. What was awarded or paid stands, and counts
first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from app.incentives.domain.scheme import GovernmentLevel, Stacking


class StackingReason(StrEnum):
    """Why a claim gets what it gets."""

    FULL = "full"
    SETTLED = "settled"
    YIELDS = "yields"
    MAY_YIELD = "may_yield"
    DIFFERENCE = "difference"
    YEAR_LIMIT = "year_limit"


@dataclass(frozen=True)
class Claim:
    """One entitlement of one firm, from `low` to `high` 分 (None: open). A settled one was awarded or paid already.

    `key` tells it apart; `limit` is what its scheme gives a firm in a year at the most.
    """

    key: str
    scheme: str
    group: str
    happened_on: date
    low: int
    high: int | None
    level: GovernmentLevel = GovernmentLevel.MUNICIPAL
    stacking: Stacking = Stacking.CUMULATIVE
    limit: int | None = None
    settled: bool = False


@dataclass(frozen=True)
class Share:
    """What a claim gets of its amount, why, and the claim that it yields to."""

    claim: Claim
    low: int
    high: int | None
    reason: StackingReason
    to: Claim | None = None


@dataclass(frozen=True)
class _Sum:
    """An amount given so far."""

    low: int = 0
    high: int | None = 0

    def plus(self, low: int, high: int | None) -> "_Sum":
        return _Sum(self.low + low, None if self.high is None or high is None else self.high + high)

    def at_least(self, claim: Claim) -> "_Sum":
        """The greater of this and the claim's amount."""
        high = None if self.high is None or claim.high is None else max(self.high, claim.high)
        return _Sum(max(self.low, claim.low), high)


def stack(claims: Iterable[Claim]) -> list[Share]:
    """What each claim of one firm gets, in the order given; groups and limits count over a calendar year."""
    given = list(claims)
    shares: dict[str, Share] = {}
    for year in sorted({claim.happened_on.year for claim in given}):
        of_year = _within_limits([claim for claim in given if claim.happened_on.year == year], shares)
        for group in sorted({claim.group for claim in of_year}):
            _stack_group([claim for claim in of_year if claim.group == group], shares)
    return [replace(shares[claim.key], claim=claim) for claim in given]


# -- the limit of a scheme per firm and year ------------------------------------------------------------------------------


def _within_limits(claims: Sequence[Claim], shares: dict[str, Share]) -> list[Claim]:
    """The claims, cut to what their scheme still gives this year; notes the cut as the claim's share."""
    used: dict[str, _Sum] = {}
    found = []
    for claim in sorted(claims, key=_in_time):
        cut = claim
        if claim.limit is not None and not claim.settled:
            cut = _cut(claim, claim.limit, used.get(claim.scheme, _Sum()))
        used[claim.scheme] = used.get(claim.scheme, _Sum()).plus(cut.low, cut.high)
        whole = (cut.low, cut.high) == (claim.low, claim.high)
        reason = (
            StackingReason.SETTLED if claim.settled else StackingReason.FULL if whole else StackingReason.YEAR_LIMIT
        )
        shares[claim.key] = Share(claim, cut.low, cut.high, reason)
        found.append(cut)
    return found


def _cut(claim: Claim, limit: int, used: _Sum) -> Claim:
    least = 0 if used.high is None else max(0, limit - used.high)
    most = max(0, limit - used.low)
    return replace(claim, low=min(claim.low, least), high=most if claim.high is None else min(claim.high, most))


# -- one group in one year ------------------------------------------------------------------------------------------------


def _stack_group(claims: Sequence[Claim], shares: dict[str, Share]) -> None:
    sharing = [claim for claim in claims if claim.stacking is not Stacking.CUMULATIVE]
    settled = [claim for claim in sharing if claim.settled]
    highest = _of(sharing, Stacking.HIGHEST_ONLY)
    granted = _highest_only(highest, _total(settled), shares)
    before = [*highest, *settled]
    for claim in sorted(_of(sharing, Stacking.DIFFERENCE), key=_tie):
        shares[claim.key] = _over(claim, granted, shares[claim.key], before[0] if before else None)
        granted = granted.at_least(claim)
        before = before or [claim]


def _total(claims: Iterable[Claim]) -> _Sum:
    total = _Sum()
    for claim in claims:
        total = total.plus(claim.low, claim.high)
    return total


def _of(claims: Sequence[Claim], stacking: Stacking) -> list[Claim]:
    """Those not settled yet, the strongest first."""
    return sorted((claim for claim in claims if claim.stacking is stacking and not claim.settled), key=_strength)


def _highest_only(claims: Sequence[Claim], settled: _Sum, shares: dict[str, Share]) -> _Sum:
    """Give the highest of `claims`, less what is settled; returns what the group gives in all."""
    for claim in claims:
        rivals = [other for other in claims if other is not claim]
        shares[claim.key] = _against(claim, rivals, settled, shares[claim.key])
    granted = settled
    for claim in claims:
        granted = granted.at_least(claim)
    return granted


def _against(claim: Claim, rivals: Sequence[Claim], settled: _Sum, own: Share) -> Share:
    winner = next((other for other in rivals if _surely_before(other, claim)), None)
    if winner is not None:
        return Share(claim, 0, 0, StackingReason.YIELDS, winner)
    rival = next((other for other in rivals if not _surely_before(claim, other)), None)
    kept = replace(own, low=0, reason=StackingReason.MAY_YIELD, to=rival) if rival is not None else own
    if settled == _Sum():
        return kept
    return _over(replace(claim, low=kept.low, high=kept.high), settled, kept, kept.to)


def _surely_before(first: Claim, second: Claim) -> bool:
    """Whether `first` goes before `second` whatever their amounts turn out to be."""
    if second.high is None or first.low < second.high:
        return False
    return first.low > second.high or _tie(first) < _tie(second)


def _over(claim: Claim, granted: _Sum, own: Share, to: Claim | None) -> Share:
    """What the claim has over what is granted already."""
    low = 0 if granted.high is None else max(0, claim.low - granted.high)
    high = None if claim.high is None else max(0, claim.high - granted.low)
    if (low, high) == (own.low, own.high):
        return own
    return Share(claim, low, high, StackingReason.DIFFERENCE, to)


_LEVELS = (GovernmentLevel.NATIONAL, GovernmentLevel.PROVINCIAL, GovernmentLevel.MUNICIPAL)
Tie = tuple[int, date, str]


def _tie(claim: Claim) -> Tie:
    """Which of two equal amounts is paid: that of the higher level, then that of the earlier fact."""
    return _LEVELS.index(claim.level), claim.happened_on, claim.key


def _strength(claim: Claim) -> tuple[bool, int, Tie]:
    """The highest amount first, an open one before all."""
    return claim.high is not None, -(claim.high or 0), _tie(claim)


def _in_time(claim: Claim) -> tuple[bool, date, str]:
    """What is settled first, then the earlier fact."""
    return not claim.settled, claim.happened_on, claim.key
