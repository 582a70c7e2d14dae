"""Incentives that may have to be taken back: the register sees a revoked certificate, a firm that moved or closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, String, and_, cast, false, literal, or_, select
from sqlalchemy.orm import Session, joinedload

from app.enterprises.likely import likely_within
from app.enterprises.models import Certificate, Enterprise
from app.incentives.domain.clawback import Ground, Watched, conditions, grounds
from app.incentives.domain.scheme import ClawbackKind
from app.incentives.domain.steps import IncentiveState
from app.incentives.models import ClawbackReview, Incentive, IncentiveSchemeVersion
from app.incentives.queries.schemes import SchemeFamily, parsed
from app.journal.models import JournalEvent
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.permissions import within_region

_ACTED_ON = (IncentiveState.RECOMMENDED.value, IncentiveState.AWARDED.value, IncentiveState.PAID.value)


@dataclass(frozen=True)
class Warned:
    """An incentive with one ground for taking it back that nobody has decided about yet."""

    incentive: Incentive
    ground: Ground


def reaches(actor: Actor) -> ColumnElement[bool]:
    """Firms of the actor's area, and incentives under schemes of its area whose firm has moved out of it since."""
    own_scheme = within_region(IncentiveSchemeVersion.jurisdiction, actor.region_prefix)
    return or_(likely_within(Enterprise.region_code, actor.region_prefix), own_scheme)


def list_warnings(session: Session, actor: Actor, families: Sequence[SchemeFamily], on: date) -> list[Warned]:
    """Everything that waits for a decision, the latest fact first."""
    statements = [_revoked(actor), *_elsewhere(actor, families), *_retired(actor, families)]
    rows = {row.id: row for statement in statements for row in session.scalars(statement)}
    return _open_grounds(session, list(rows.values()), on)


def warnings_of(session: Session, incentive: Incentive, on: date) -> list[Warned]:
    """The open grounds of one incentive."""
    return _open_grounds(session, [incentive], on) if incentive.state in _ACTED_ON else []


def list_reviews(session: Session, incentive_id: int) -> list[ClawbackReview]:
    """What was decided about an incentive so far, the latest first."""
    statement = select(ClawbackReview).where(ClawbackReview.incentive_id == incentive_id)
    return list(session.scalars(statement.order_by(ClawbackReview.id.desc())))


# -- candidates ---------------------------------------------------------------------------------------------------------------


def _base(actor: Actor) -> Select[Incentive]:
    return (
        select(Incentive)
        .join(Enterprise, Enterprise.id == Incentive.enterprise_id)
        .join(IncentiveSchemeVersion, IncentiveSchemeVersion.id == Incentive.scheme_version_id)
        .where(Incentive.state.in_(_ACTED_ON), reaches(actor))
        .options(joinedload(Incentive.enterprise), joinedload(Incentive.scheme_version))
    )


def _revoked(actor: Actor) -> Select[Incentive]:
    of_certificate = and_(Certificate.enterprise_id == Incentive.enterprise_id, _key_of_certificate())
    return _base(actor).join(Certificate, of_certificate).where(Certificate.revoked_on.is_not(None))


def _key_of_certificate() -> ColumnElement[bool]:
    key: ColumnElement[str] = literal("certificate:") + cast(Certificate.id, String)
    return Incentive.trigger_key == key


def _elsewhere(actor: Actor, families: Sequence[SchemeFamily]) -> list[Select[Incentive]]:
    asked = _with_condition(families, ClawbackKind.MOVED_AWAY)
    if not asked:
        return []
    moved = [and_(Incentive.scheme_code == family.code, _outside(family.jurisdiction)) for family in asked]
    return [_base(actor).where(Enterprise.region_code != "", or_(false(), *moved))]


def _outside(jurisdiction: str) -> ColumnElement[bool]:
    return ~within_region(Enterprise.region_code, jurisdiction)


def _retired(actor: Actor, families: Sequence[SchemeFamily]) -> list[Select[Incentive]]:
    codes = [family.code for family in _with_condition(families, ClawbackKind.RETIRED)]
    retired = _base(actor).where(Enterprise.disabled_on.is_not(None), Incentive.scheme_code.in_(codes))
    return [retired] if codes else []


def _with_condition(families: Sequence[SchemeFamily], kind: ClawbackKind) -> list[SchemeFamily]:
    return [
        family
        for family in families
        if any(condition.kind is kind for version in family.versions for condition in conditions(version.scheme))
    ]


# -- grounds ------------------------------------------------------------------------------------------------------------------


def _open_grounds(session: Session, rows: Sequence[Incentive], on: date) -> list[Warned]:
    if not rows:
        return []
    watched = _watched(session, rows)
    decided = _decided(session, rows)
    found = [
        Warned(row, ground)
        for row in sorted(rows, key=lambda row: (row.triggered_on, row.id), reverse=True)
        for ground in grounds(parsed(row.scheme_version), watched[row.id], on)
    ]
    return [item for item in found if (item.incentive.id, item.ground.kind.value) not in decided]


def _watched(session: Session, rows: Sequence[Incentive]) -> dict[int, Watched]:
    keys = [row.trigger_key.removeprefix("certificate:") for row in rows if row.trigger_key.startswith("certificate:")]
    certificates = select(Certificate.id, Certificate.revoked_on).where(Certificate.id.in_([int(key) for key in keys]))
    revoked = {f"certificate:{number}": day for number, day in session.execute(certificates)} if keys else {}
    away = {row.id for row in rows if _moved(row)}
    days = _moving_days(session, sorted({row.enterprise_id for row in rows if row.id in away}))
    return {
        row.id: Watched(
            triggered_on=row.triggered_on,
            revoked_on=revoked.get(row.trigger_key),
            moved_away=row.id in away,
            moved_on=days.get(row.enterprise_id),
            retired_on=row.enterprise.disabled_on,
        )
        for row in rows
    }


def _moved(row: Incentive) -> bool:
    region = row.enterprise.region_code
    return bool(region) and not region.startswith(row.scheme_version.jurisdiction)


def _moving_days(session: Session, enterprise_ids: Sequence[int]) -> dict[int, date]:
    """The day on which each firm's region was last changed here."""
    if not enterprise_ids:
        return {}
    events = session.execute(
        select(JournalEvent.enterprise_id, JournalEvent.at, JournalEvent.changes)
        .where(JournalEvent.enterprise_id.in_(enterprise_ids), JournalEvent.subject_kind == "enterprise")
        .order_by(JournalEvent.position)
    )
    return {firm: today(at) for firm, at, changes in events if "region_code" in changes}


def _decided(session: Session, rows: Sequence[Incentive]) -> set[tuple[int, str]]:
    asked = select(ClawbackReview.incentive_id, ClawbackReview.kind).where(
        ClawbackReview.incentive_id.in_([row.id for row in rows])
    )
    return {(number, kind) for number, kind in session.execute(asked)}
