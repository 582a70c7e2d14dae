"""Where an officer stands: which versions of a policy concern the own area, which one applies there, and for which place
what the officer sets counts.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.policies.domain.language.policy import Policy
from app.policies.domain.language.succession import NATION, applying, concerns, edition_of
from app.policies.models import PolicyVersion
from app.policies.queries import get_in_force, list_versions


def region_for(rows: Sequence[PolicyVersion], prefix: str) -> str:
    """The region by which an officer of `prefix` looks a policy up: the own one, or the widest within it that has a version."""
    jurisdictions = {row.jurisdiction for row in rows}
    if NATION in jurisdictions or any(prefix.startswith(place) for place in jurisdictions):
        return prefix
    inside = sorted(
        (place for place in jurisdictions if place.startswith(prefix)), key=lambda place: (len(place), place)
    )
    return inside[0] if inside else prefix


def get_shown(session: Session, code: str, on: date, prefix: str) -> PolicyVersion:
    """The version to show an officer of `prefix`: the one in force on `on`, else the newest. Raises `NotFound`."""
    rows = list_versions(session, code)
    try:
        return get_in_force(session, code, on, region_for(rows, prefix))
    except NotFound:
        if not rows:
            raise
        return next((row for row in rows if concerns(row.jurisdiction, prefix)), rows[0])


def jurisdiction_of(actor: Actor, policy: Policy) -> str | None:
    """For which place what the actor sets or publishes under a policy counts; None where it is not the actor's business."""
    own, wide = actor.region_prefix, policy.jurisdiction
    if wide == NATION:
        return own or NATION
    if own.startswith(wide):
        return own
    return wide if wide.startswith(own) else None


def in_force_ids(rows: Sequence[PolicyVersion], on: date) -> set[int]:
    """The versions that apply somewhere on `on`."""
    editions = {edition_of(row): row for row in rows}
    return {editions[edition].id for edition in applying(list(editions), on)}
