"""What it would cost if more firms passed a policy: policies say who, schemes say how much."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.enterprises.models import Certificate, Enterprise
from app.incentives.domain.amount import Amount, Eligibility, calculate
from app.incentives.domain.budget import NOTHING, BudgetView, Sum, several
from app.incentives.domain.plan import AmountPlan, needs_facts
from app.incentives.domain.scheme import CaseReached, Scheme
from app.incentives.domain.stacking import Claim, stack
from app.incentives.queries.schemes import SchemeFamily, SchemeVersion, list_families
from app.incentives.service.budgets import budget_of
from app.incentives.service.calculation import plan_of
from app.incentives.service.sharing import claim_under
from app.kit.actor import Actor
from app.policies.domain.facts.catalogue import Facts
from app.policies.domain.values.outcome import Outcome
from app.policies.service.fact_sources import gather_many

MOST_CALCULATED = 5_000
"""Firms whose figures are read for a scheme that depends on them; more are counted apart, and the page says so."""
_CHUNK = 1_000


@dataclass(frozen=True)
class ExpectedScheme:
    """One scheme: what the firms that would newly pass come to, and the year's budget as it stands without them."""

    family: SchemeFamily
    version: SchemeVersion
    added: Sum
    uncounted: int
    budget: BudgetView

    @property
    def remains_after(self) -> int | None:
        """What the budget would leave if everybody expected now and newly is paid the most that is expected."""
        left = self.budget.remains_after
        return None if left is None else left - self.added.high


@dataclass(frozen=True)
class ExpectedBudget:
    """What it would cost, scheme by scheme; always an estimate: the authority decides."""

    schemes: tuple[ExpectedScheme, ...]

    @property
    def uncounted(self) -> int:
        """Amounts that were not calculated one by one."""
        return sum(item.uncounted for item in self.schemes)


def expected_budget(
    session: Session, actor: Actor, policy_code: str, enterprise_ids: Sequence[int], on: date
) -> ExpectedBudget:
    """What the firms would be due under the schemes that follow from passing the policy, if they passed it on `on`."""
    families = list_families(session, actor.region_prefix)
    asked = [(family, version) for family in families if (version := _following(family, policy_code, on))]
    added = _Adding(session, policy_code, on, asked).of(sorted(set(enterprise_ids))) if asked else {}
    schemes = tuple(
        ExpectedScheme(
            family,
            version,
            *added.get(family.code, (NOTHING, 0)),
            budget_of(session, actor, family, families, on.year),
        )
        for family, version in asked
    )
    return ExpectedBudget(schemes)


def _following(family: SchemeFamily, policy_code: str, on: date) -> SchemeVersion | None:
    """The version in force, if its trigger or its requirement belongs to the policy."""
    version = family.in_force(on)
    return version if version is not None and _belongs(version.scheme, policy_code) else None


def _belongs(scheme: Scheme, policy_code: str) -> bool:
    trigger = scheme.trigger
    of_trigger = trigger.programme if isinstance(trigger, CaseReached) else trigger.certificate
    return policy_code in {of_trigger, scheme.requires.policy if scheme.requires else ""}


@dataclass(frozen=True)
class _ExpectedFirm:
    """What decides which scheme a firm would fall under."""

    id: int
    region: str
    occurrence: str


class _Adding:
    """Adds up what firms would get, in batches; the number of queries does not depend on theirs within a batch."""

    def __init__(
        self, session: Session, policy_code: str, on: date, asked: Sequence[tuple[SchemeFamily, SchemeVersion]]
    ) -> None:
        self._session, self._policy, self._on = session, policy_code, on
        self._asked = [(family, version, plan_of(session, version)) for family, version in asked]
        self._left = MOST_CALCULATED
        self._sums: dict[str, Sum] = {}
        self._uncounted: dict[str, int] = {}

    def of(self, ids: Sequence[int]) -> dict[str, tuple[Sum, int]]:
        """The sum and the number not calculated, by scheme."""
        for start in range(0, len(ids), _CHUNK):
            self._add(list(_firms(self._session, self._policy, ids[start : start + _CHUNK], self._on)))
        return {
            family.code: (self._sums.get(family.code, NOTHING), self._uncounted.get(family.code, 0))
            for family, _version, _plan in self._asked
        }

    def _add(self, firms: Sequence[_ExpectedFirm]) -> None:
        """Firms of which nothing but region and occurrence matters are calculated together."""
        if any(plan.uses for _family, _version, plan in self._asked):
            facts = self._facts(firms)
            for firm in firms:
                self._share(firm, 1, facts)
            return
        alike: dict[tuple[bool, ...], list[_ExpectedFirm]] = {}
        for firm in firms:
            applies = (_applies(firm, family, version.scheme) for family, version, _plan in self._asked)
            alike.setdefault((firm.occurrence == "first", *applies), []).append(firm)
        for together in alike.values():
            self._share(together[0], len(together), {})

    def _share(self, firm: _ExpectedFirm, count: int, facts: Mapping[int, Facts]) -> None:
        """Adds what this firm, and `count` like it, would get."""
        claims = [claim for asked in self._asked if (claim := self._claim(firm, *asked, facts))]
        for share in stack(claims):
            before = self._sums.get(share.claim.scheme, NOTHING)
            self._sums[share.claim.scheme] = before + several(count, share.low, share.high)

    def _facts(self, firms: Sequence[_ExpectedFirm]) -> Mapping[int, Facts]:
        """What is known of those whose figures are still read."""
        plan = next((plan for _family, _version, plan in self._asked if plan.uses), None)
        if plan is None or self._left <= 0:
            return {}
        ids = [firm.id for firm in firms[: self._left]]
        self._left -= len(ids)
        found = gather_many(self._session, plan.catalogue, ids, self._on)
        return {key: gathered.facts for key, gathered in found.items()}

    def _claim(
        self,
        firm: _ExpectedFirm,
        family: SchemeFamily,
        version: SchemeVersion,
        plan: AmountPlan,
        facts: Mapping[int, Facts],
    ) -> Claim | None:
        scheme = version.scheme
        if not _applies(firm, family, scheme):
            return None
        if needs_facts(plan) and plan.uses and firm.id not in facts:
            self._uncounted[family.code] = self._uncounted.get(family.code, 0) + 1
            return None
        amount = self._amount(firm, plan, facts.get(firm.id, Facts(plan.catalogue)))
        return claim_under(scheme, "", self._on, amount.low, amount.high)

    def _amount(self, firm: _ExpectedFirm, plan: AmountPlan, facts: Facts) -> Amount:
        requires = plan.scheme.requires
        required = Outcome.MET if requires is None or requires.policy == self._policy else Outcome.UNKNOWN
        return calculate(plan, facts, self._on, Eligibility(firm.occurrence, required))


def _applies(firm: _ExpectedFirm, family: SchemeFamily, scheme: Scheme) -> bool:
    """Whether the firm lies in the scheme's area, and its certificate would be of the kind that the trigger means."""
    in_area = not firm.region or firm.region.startswith(family.jurisdiction)
    trigger = scheme.trigger
    wanted = "any" if isinstance(trigger, CaseReached) else trigger.occurrence
    return in_area and wanted in {"any", firm.occurrence}


def _firms(session: Session, kind: str, ids: Sequence[int], on: date) -> Iterator[_ExpectedFirm]:
    """Region of each firm, and whether a certificate of the kind issued on `on` would be its first."""
    certified = set(
        session.scalars(
            select(Certificate.enterprise_id).where(
                Certificate.enterprise_id.in_(ids),
                Certificate.kind == kind,
                or_(Certificate.issued_on.is_(None), Certificate.issued_on <= on),
            )
        )
    )
    rows = session.execute(select(Enterprise.id, Enterprise.region_code).where(Enterprise.id.in_(ids)))
    for number, region in rows:
        yield _ExpectedFirm(number, region, "renewed" if number in certified else "first")
