"""The bureau's own settings: which parameters a policy leaves to it, what is set, and what is in force on a day.

A setting is known to the policy as a fact that the bureau says; until one is in force the fact is unknown.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kit.errors import NotFound
from app.kit.i18n import _
from app.policies.domain.facts.catalogue import FactDefinition, FactKey
from app.policies.domain.language.policy import Policy
from app.policies.domain.language.succession import area_of
from app.policies.domain.values.knowledge import Known
from app.policies.domain.values.quantities import QuantityError, read_value
from app.policies.models import PolicySetting
from app.reference.published import kept

Settings = Mapping[str, PolicySetting]
"""The setting in force of each parameter, by its name."""


def settable(policy: Policy) -> list[FactDefinition]:
    """The parameters that the version leaves to the bureau, in the order of the file."""
    return [policy.catalogue[parameter.name] for parameter in policy.settings]


def list_settings(session: Session, policy_code: str) -> Sequence[PolicySetting]:
    """Everything ever set under a policy, withdrawn ones included, newest first."""
    statement = select(PolicySetting).where(PolicySetting.policy_code == policy_code)
    return session.scalars(statement.order_by(PolicySetting.effective_from.desc(), PolicySetting.id.desc())).all()


def get_setting(session: Session, policy_code: str, setting_id: int) -> PolicySetting:
    """One setting that stands. Raises `NotFound`."""
    row = session.get(PolicySetting, setting_id)
    if row is None or row.policy_code != policy_code or row.withdrawn_at is not None:
        raise NotFound("policies.setting", _("没有这项设定，或已撤回。"))
    return row


def settings_in_force(session: Session, policy: Policy, on: date, region_code: str = "") -> Settings:
    """What is set for applications of the region on `on`; asks nothing of the database where nothing may be set."""
    return settings_of([policy], session, on, region_code).get(policy.code, {})


def settings_of(policies: Collection[Policy], session: Session, on: date, region_code: str = "") -> dict[str, Settings]:
    """The settings in force of several policies, by policy code."""
    return settings_by_region({region_code: policies}, session, on)[region_code]


def settings_by_region(
    policies: Mapping[str, Collection[Policy]], session: Session, on: date
) -> dict[str, dict[str, Settings]]:
    """The same of the policies of several regions; nothing is asked where nothing may be set."""
    codes = {policy.code for some in policies.values() for policy in some if settable(policy)}
    rows = [row for row in _all_set(session) if row.policy_code in codes and row.effective_from <= on] if codes else []
    return {region: _in_force(some, rows, region) for region, some in policies.items()}


@kept
def _all_set(session: Session) -> list[PolicySetting]:
    """Everything set and not withdrawn, under all policies."""
    return list(session.scalars(select(PolicySetting).where(PolicySetting.withdrawn_at.is_(None))))


def _in_force(
    policies: Collection[Policy], set_at_all: Iterable[PolicySetting], region_code: str
) -> dict[str, Settings]:
    settable_names = {policy.code: {fact.code for fact in settable(policy)} for policy in policies}
    rows: dict[tuple[str, str], list[PolicySetting]] = {}
    for row in set_at_all:
        if row.name in settable_names.get(row.policy_code, ()):
            rows.setdefault((row.policy_code, row.name), []).append(row)
    found: dict[str, dict[str, PolicySetting]] = {}
    for policy in policies:
        place = _place(policy, region_code)
        for name in settable_names[policy.code]:
            chosen = counting(rows.get((policy.code, name), ()), place)
            if chosen is not None:
                found.setdefault(policy.code, {})[name] = chosen
    return dict(found)


def _place(policy: Policy, region_code: str) -> str:
    """Where the policy is applied: the region, or the version's own place where that is known more closely."""
    own = area_of(policy.jurisdiction)
    return own if own.startswith(region_code) else region_code


def counting(rows: Sequence[PolicySetting], place: str) -> PolicySetting | None:
    """The one of these settings that counts in a place: of the most local place that covers it, the newest.

    For a place that is known only roughly what one place inside it has set; where several have, nobody can tell.
    """
    covering = [row for row in rows if place.startswith(area_of(row.jurisdiction))]
    if not covering:
        inside = [row for row in rows if row.jurisdiction.startswith(place)]
        widest = min((len(row.jurisdiction) for row in inside), default=0)
        covering = [row for row in inside if len(row.jurisdiction) == widest]
        if len({row.jurisdiction for row in covering}) > 1:
            return None
    return max(covering, key=_precedence, default=None)


def known_settings(policy: Policy, settings: Settings) -> dict[FactKey, Known]:
    """The settings as facts of the policy; one that a version measures in another unit says nothing to it."""
    known = {}
    for name, row in settings.items():
        with suppress(QuantityError):
            known[FactKey(name)] = Known(read_value(row.value, policy.catalogue[name].unit))
    return known


def _precedence(row: PolicySetting) -> tuple[int, date, int]:
    """The more local one counts, then the one in force later, then the one set later."""
    return (len(area_of(row.jurisdiction)), row.effective_from, row.id)
