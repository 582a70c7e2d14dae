"""Which rules decide about a firm: of the versions a sweep was started with, the most specific for its region."""

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy.orm import Session

from app.policies.domain.language.policy import Policy, PolicySubject
from app.policies.domain.language.succession import area_of, concerns, edition_of, in_force
from app.policies.models import PolicyVersion, Sweep
from app.policies.queries import get_version, list_versions, policy_of
from app.policies.settings import known_settings, settings_of
from app.policies.sweeps.domain import Rule, SweptPolicy, swept_policy


def policies_for(session: Session, on: date, region: str) -> list[SweptPolicy]:
    """The policies about firms that apply somewhere in the region on `on`, with every version that does."""
    found: dict[str, list[Policy]] = {}
    for row in _in_force(list_versions(session), on, region):
        policy = policy_of(session, row)
        if policy.subject is PolicySubject.ENTERPRISE:
            found.setdefault(policy.code, []).append(policy)
    return [_swept(policies) for _code, policies in sorted(found.items())]


def _in_force(rows: Iterable[PolicyVersion], on: date, region: str) -> list[PolicyVersion]:
    """Of each policy and jurisdiction the version that applies on `on`, the nation's first."""
    families: dict[tuple[str, str], dict[object, PolicyVersion]] = {}
    for row in rows:
        if concerns(row.jurisdiction, region):
            families.setdefault((row.code, row.jurisdiction), {})[edition_of(row)] = row
    found = []
    for (_code, jurisdiction), editions in families.items():
        edition = in_force([edition_of(row) for row in editions.values()], on, area_of(jurisdiction))
        if edition is not None:
            found.append(editions[edition])
    return sorted(found, key=lambda row: (row.code, area_of(row.jurisdiction)))


def _swept(policies: list[Policy]) -> SweptPolicy:
    first = policies[0]
    return SweptPolicy(
        code=first.code,
        title=first.title,
        versions={policy.jurisdiction: policy.version for policy in policies},
        clauses={condition.id: condition.title for policy in policies for condition in policy.conditions},
        facts={
            code: policy.catalogue[code].label
            for policy in policies
            for code in (*policy.uses, *(setting.name for setting in policy.settings))
        },
    )


class Rulebook:
    """The rules of one sweep, region by region; versions are parsed and settings read once."""

    def __init__(self, session: Session, sweep: Sweep) -> None:
        self._on = sweep.on_day
        swept = [swept_policy(code, kept) for code, kept in sweep.versions.items()]
        rows = [get_version(session, one.code, *place) for one in swept for place in one.versions.items()]
        self._editions = {edition_of(row): policy_of(session, row) for row in rows}
        self._codes = [one.code for one in swept]
        self._by_region: dict[str, tuple[Rule, ...]] = {}
        self._shared: dict[tuple[object, ...], Rule] = {}

    def rules_for(self, session: Session, region: str) -> tuple[Rule, ...]:
        """The rules about a firm of the region, one a policy; the same object wherever they are the same."""
        if region not in self._by_region:
            self._by_region[region] = tuple(self._find(session, region))
        return self._by_region[region]

    def _find(self, session: Session, region: str) -> Iterable[Rule]:
        editions = (in_force([e for e in self._editions if e.code == code], self._on, region) for code in self._codes)
        chosen = {edition: self._editions[edition] for edition in editions if edition is not None}
        settings = settings_of(list(chosen.values()), session, self._on, region)
        for edition, policy in chosen.items():
            set_here = settings.get(policy.code, {})
            key = (edition, *sorted(row.id for row in set_here.values()))
            if key not in self._shared:
                self._shared[key] = Rule(policy, known_settings(policy, set_here))
            yield self._shared[key]


def by_rule(rules: Mapping[int, tuple[Rule, ...]]) -> dict[Rule, list[int]]:
    """The firms under each rule."""
    found: dict[Rule, list[int]] = {}
    for key, of_firm in rules.items():
        for rule in of_firm:
            found.setdefault(rule, []).append(key)
    return found
