"""Who is entitled, derived from facts: for one enterprise or one scheme by the same statement.

A triggering fact (a certificate gained, a case that came to mean something) makes an entitlement when a version of
the scheme was in force on its day. What has been acted on is on file and leaves this list.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased, load_only

from app.cases.models import CaseFile, CaseMarker
from app.enterprises.likely import likely_within
from app.enterprises.models import Certificate, Enterprise
from app.incentives.domain.scheme import CaseReached, CertificateGained, Occurrence
from app.incentives.domain.steps import IncentiveState
from app.incentives.models import Incentive
from app.incentives.queries.schemes import SchemeFamily, SchemeVersion, VersionPeriod
from app.kit.paging import Count, Keyset, Page, count_up_to, page


@dataclass(frozen=True)
class Entitlement:
    """One firm, one scheme, one triggering fact, not yet acted on. Always an estimate: the authority decides."""

    enterprise: Enterprise
    family: SchemeFamily
    version: SchemeVersion
    trigger_key: str
    trigger_label: str
    triggered_on: date

    @property
    def amount_fen(self) -> int | None:
        """The amount of the version in force on the day of the fact; None when nobody has set one."""
        return self.version.row.amount_fen

    @property
    def region_unknown(self) -> bool:
        """Whether it cannot be told yet that the firm lies in the scheme's area."""
        return not self.enterprise.region_code


@dataclass(frozen=True)
class EntitlementScope:
    """Whose entitlements: of a region, or of one enterprise, or by one fact; by facts of one year if asked so."""

    region_prefix: str = ""
    enterprise_id: int | None = None
    trigger_key: str | None = None
    year: int | None = None


def page_entitlements(
    session: Session,
    families: Sequence[SchemeFamily],
    scope: EntitlementScope,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Entitlement]:
    """One page of entitlements not yet acted on, the latest fact first."""
    if not families:
        return Page([], None, None)
    facts, statement = _open_facts(families, scope)
    keyset = Keyset([(facts.c.happened_on, "desc"), (facts.c.trigger_key, "asc"), (facts.c.scheme_code, "asc")])
    found = page(
        session,
        statement,
        keyset,
        cursor,
        limit,
        values_of=lambda row: [row.happened_on, row.trigger_key, row.scheme_code],
    )
    by_code = {family.code: family for family in families}
    return Page([_entitlement(by_code[row.scheme_code], row) for row in found.items], found.next, found.previous)


def list_entitlements(session: Session, families: Sequence[SchemeFamily], scope: EntitlementScope) -> list[Entitlement]:
    """The same, whole: for one enterprise or one fact, never for a region."""
    return page_entitlements(session, families, scope, limit=200).items


def count_entitlements(session: Session, families: Sequence[SchemeFamily], scope: EntitlementScope) -> Count:
    """How many entitlements are not yet acted on."""
    return count_up_to(session, _open_facts(families, scope)[1]) if families else Count(0)


def count_by_day(
    session: Session, families: Sequence[SchemeFamily], scope: EntitlementScope
) -> dict[tuple[str, date], int]:
    """How many entitlements each scheme has by the day of their fact, not yet acted on."""
    if not families:
        return {}
    facts, statement = _open_facts(families, scope)
    day = (facts.c.scheme_code, facts.c.happened_on)
    rows = session.execute(statement.with_only_columns(*day, func.count()).options().group_by(*day))
    return {(code, on): n for code, on, n in rows}


def occurrences(session: Session, trigger_keys: Iterable[str]) -> dict[str, Occurrence]:
    """Of triggering facts that are certificates, whether each was the firm's first of its kind or a later one."""
    ids = {int(key.removeprefix("certificate:")): key for key in trigger_keys if key.startswith("certificate:")}
    if not ids:
        return {}
    rows = session.execute(select(Certificate.id, _has_earlier()).where(Certificate.id.in_(ids)))
    return {ids[number]: "renewed" if earlier else "first" for number, earlier in rows}


def _entitlement(family: SchemeFamily, row: Any) -> Entitlement:
    version = family.in_force(row.happened_on)
    assert version is not None  # the statement keeps to the versions' windows
    return Entitlement(row.Enterprise, family, version, row.trigger_key, row.label, row.happened_on)


def _open_facts(families: Sequence[SchemeFamily], scope: EntitlementScope) -> tuple[Any, Select[Any]]:
    branches = [_facts(family, days) for family in families for days in family.periods()]
    facts = union_all(*branches).subquery("fact")
    statement = (
        select(Enterprise, facts.c.scheme_code, facts.c.trigger_key, facts.c.label, facts.c.happened_on)
        .join(facts, facts.c.enterprise_id == Enterprise.id)
        .outerjoin(
            Incentive,
            and_(
                Incentive.enterprise_id == facts.c.enterprise_id,
                Incentive.scheme_code == facts.c.scheme_code,
                Incentive.trigger_key == facts.c.trigger_key,
            ),
        )
        .options(load_only(Enterprise.uscc, Enterprise.name, Enterprise.region_code))
        .where(
            Enterprise.disabled_on.is_(None),
            or_(Incentive.id.is_(None), Incentive.state == IncentiveState.ELIGIBLE.value),
            likely_within(Enterprise.region_code, scope.region_prefix),
        )
    )
    if scope.enterprise_id is not None:
        statement = statement.where(Enterprise.id == scope.enterprise_id)
    if scope.trigger_key is not None:
        statement = statement.where(facts.c.trigger_key == scope.trigger_key)
    if scope.year is not None:
        statement = statement.where(facts.c.happened_on.between(date(scope.year, 1, 1), date(scope.year, 12, 31)))
    return facts, statement


# -- the facts that trigger -------------------------------------------------------------------------------------------------


def _facts(family: SchemeFamily, period: VersionPeriod) -> Select[Any]:
    """The facts of one period in which one trigger of the scheme applies, within the scheme's area."""
    trigger = period.version.scheme.trigger
    columns, conditions, happened_on = (
        _certificates(trigger) if isinstance(trigger, CertificateGained) else _cases(trigger)
    )
    selected: list[Any] = [literal(family.code).label("scheme_code"), *columns]
    statement: Select[Any] = select(*selected).where(
        *conditions, happened_on >= period.first, _in_area(family.jurisdiction)
    )
    return statement if period.last is None else statement.where(happened_on <= period.last)


def _in_area(jurisdiction: str) -> ColumnElement[bool]:
    """A firm of the scheme's area; one whose region nobody knows is kept in, for unknown is not no."""
    return or_(likely_within(Enterprise.region_code, jurisdiction), Enterprise.region_code == "")


Facts = tuple[list[Any], list[ColumnElement[bool]], Any]


def _has_earlier() -> ColumnElement[bool]:
    """Whether the firm of a certificate had one of this kind before."""
    earlier = aliased(Certificate)
    return exists().where(
        earlier.enterprise_id == Certificate.enterprise_id,
        earlier.kind == Certificate.kind,
        or_(
            earlier.issued_on < Certificate.issued_on,
            and_(earlier.issued_on == Certificate.issued_on, earlier.id < Certificate.id),
        ),
    )


def _certificates(trigger: CertificateGained) -> Facts:
    columns: list[Any] = [
        Certificate.enterprise_id.label("enterprise_id"),
        (literal("certificate:") + cast(Certificate.id, String)).label("trigger_key"),
        Certificate.number.label("label"),
        Certificate.issued_on.label("happened_on"),
    ]
    conditions = [
        Certificate.kind == trigger.certificate,
        Certificate.revoked_on.is_(None),
        Enterprise.id == Certificate.enterprise_id,
    ]
    if trigger.occurrence != "any":
        conditions.append(_has_earlier() if trigger.occurrence == "renewed" else ~_has_earlier())
    return columns, conditions, Certificate.issued_on


def _cases(trigger: CaseReached) -> Facts:
    columns: list[Any] = [
        CaseFile.enterprise_id.label("enterprise_id"),
        (literal("case:") + CaseFile.number).label("trigger_key"),
        CaseFile.number.label("label"),
        CaseMarker.reached_on.label("happened_on"),
    ]
    conditions = [
        CaseMarker.marker == trigger.marker,
        CaseMarker.case_id == CaseFile.id,
        CaseFile.programme_code == trigger.programme,
        CaseFile.state.in_(("open", "finished")),
        Enterprise.id == CaseFile.enterprise_id,
    ]
    return columns, conditions, CaseMarker.reached_on
