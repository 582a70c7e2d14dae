"""Who is entitled, derived from facts: for one enterprise or one scheme by the same statement.

A triggering fact (a certificate gained, a case that came to mean something) makes an entitlement when a version of
the scheme was in force on its day. What has been acted on is on file and leaves this list.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, exists, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased, load_only

from app.cases.models import CaseFile, CaseMarker
from app.enterprises.likely import likely_within
from app.enterprises.models import Certificate, Enterprise
from app.enterprises.queries import candidates
from app.incentives.domain.scheme import CaseReached, CertificateGained, Occurrence
from app.incentives.domain.steps import IncentiveState
from app.incentives.models import Incentive
from app.incentives.queries.schemes import SchemeFamily, SchemeVersion, VersionPeriod
from app.journal.tallies import kept_firms, kept_groups, kept_total
from app.kit.membership import one_of
from app.kit.paging import Count, Direction, Keyset, Page, bounded, decode_cursor, page

#: More are not counted one by one on a page.
BOUND = 10_000
#: Facts of so few firms are looked for with these firms.
FEW = 300
_ORDER: tuple[tuple[str, Direction], ...] = (("happened_on", "desc"), ("trigger_key", "asc"), ("scheme_code", "asc"))


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

    @property
    def of_region(self) -> bool:
        """Whether it is a list of many: one that is gone is left out, and still stands on its own page."""
        return self.enterprise_id is None and self.trigger_key is None


def page_entitlements(
    session: Session,
    families: Sequence[SchemeFamily],
    scope: EntitlementScope,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Entitlement]:
    """One page of entitlements not yet acted on, the latest fact first."""
    branches = _branches(families, scope)
    if scope.of_region:
        branches = list(_narrowed(session, branches))
    if not branches:
        return Page([], None, None)
    facts = union_all(*(_nearest(branch, cursor, limit) for branch in branches)).subquery("fact")
    found = page(
        session,
        select(Enterprise, *facts.c)
        .join(facts, facts.c.enterprise_id == Enterprise.id)
        .options(load_only(Enterprise.uscc, Enterprise.name, Enterprise.region_code)),
        Keyset([(facts.c[name], direction) for name, direction in _ORDER]),
        cursor,
        limit,
        values_of=lambda row: [getattr(row, name) for name, _direction in _ORDER],
    )
    by_code = {family.code: family for family in families}
    return Page([_entitlement(by_code[row.scheme_code], row) for row in found.items], found.next, found.previous)


def list_entitlements(session: Session, families: Sequence[SchemeFamily], scope: EntitlementScope) -> list[Entitlement]:
    """The same, whole: for one enterprise or one fact, never for a region."""
    return page_entitlements(session, families, scope, limit=200).items


def count_entitlements(session: Session, families: Sequence[SchemeFamily], scope: EntitlementScope) -> Count:
    """How many entitlements are not yet acted on."""
    n = sum(kept_total(session, branch.key, branch.rows, branch.firm) for branch in _branches(families, scope))
    return bounded(n, BOUND)


def count_by_day(
    session: Session, families: Sequence[SchemeFamily], scope: EntitlementScope
) -> dict[tuple[str, date], int]:
    """How many entitlements each scheme has by the day of their fact, not yet acted on."""
    found: Counter[tuple[str, date]] = Counter()
    for branch in _branches(families, scope):
        by_day = kept_groups(session, (*branch.key, "by day"), branch.rows, branch.firm, (branch.happened_on,))
        found.update({(branch.scheme, on): n for (on,), n in by_day.items()})
    return found


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


@dataclass(frozen=True)
class _Branch:
    """The open facts of one period in which one trigger of a scheme applies; `order` is theirs in the list, `key` says what they depend on."""

    scheme: str
    rows: Select[Any]
    firm: Any
    order: Keyset
    happened_on: Any
    key: tuple[Hashable, ...]


def _branches(families: Sequence[SchemeFamily], scope: EntitlementScope) -> list[_Branch]:
    """Where open facts are to be found."""
    return [_branch(family, period, scope) for family in families for period in family.periods()]


def _narrowed(session: Session, branches: Sequence[_Branch]) -> Iterator[_Branch]:
    """A branch with few facts is narrowed to their firms, so that nobody looks through all others; one without any is left out."""
    for branch in branches:
        firms = kept_firms(session, branch.key, branch.rows, branch.firm, FEW)
        if firms is None:
            yield branch
        elif firms:
            yield replace(branch, rows=branch.rows.where(one_of(branch.firm, firms)))


def _nearest(branch: _Branch, cursor: str | None, limit: int) -> Any:
    """As many of the branch's facts as a page may show, in the order of its own index."""
    rows, order = branch.rows, branch.order
    if cursor:
        values, backwards = decode_cursor(order.signature(), cursor)
        order = order.reversed() if backwards else order
        rows = rows.where(order.after(values))
    return select(rows.order_by(*order.order_by()).limit(limit + 1).subquery())


def _branch(family: SchemeFamily, period: VersionPeriod, scope: EntitlementScope) -> _Branch:
    trigger = period.version.scheme.trigger
    facts = _certificates(trigger) if isinstance(trigger, CertificateGained) else _cases(trigger)
    rows: Select[Any] = select(
        literal(family.code).label("scheme_code"),
        facts.firm.label("enterprise_id"),
        facts.trigger_key.label("trigger_key"),
        facts.label.label("label"),
        facts.happened_on.label("happened_on"),
    ).where(
        *facts.conditions,
        facts.happened_on >= period.first,
        _in_area(family.jurisdiction),
        candidates() if scope.of_region else Enterprise.disabled_on.is_(None),
        likely_within(Enterprise.region_code, scope.region_prefix),
        ~_acted_on(family.code, facts),
    )
    if period.last is not None:
        rows = rows.where(facts.happened_on <= period.last)
    order = {"happened_on": facts.happened_on, "trigger_key": facts.trigger_key, "scheme_code": literal(family.code)}
    return _Branch(
        scheme=family.code,
        rows=_scoped(rows, facts, scope),
        firm=facts.firm,
        order=Keyset([(order[name].label(name), direction) for name, direction in _ORDER]),
        happened_on=facts.happened_on,
        key=(
            "entitlements",
            family.code,
            family.jurisdiction,
            period.version.row.content_hash,
            period.first,
            period.last,
            scope,
        ),
    )


def _scoped(rows: Select[Any], facts: "_Facts", scope: EntitlementScope) -> Select[Any]:
    if scope.enterprise_id is not None:
        rows = rows.where(facts.firm == scope.enterprise_id)
    if scope.trigger_key is not None:
        rows = rows.where(facts.trigger_key == scope.trigger_key)
    if scope.year is not None:
        rows = rows.where(facts.happened_on.between(date(scope.year, 1, 1), date(scope.year, 12, 31)))
    return rows


def _acted_on(scheme: str, facts: "_Facts") -> ColumnElement[bool]:
    return exists().where(
        Incentive.enterprise_id == facts.firm,
        Incentive.scheme_code == scheme,
        Incentive.trigger_key == facts.trigger_key,
        Incentive.state != IncentiveState.ELIGIBLE.value,
    )


# -- the facts that trigger -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Facts:
    """What a kind of trigger looks at: conditions on rows joined with their `Enterprise`, and what each row says."""

    firm: Any
    trigger_key: Any
    label: Any
    happened_on: Any
    conditions: list[ColumnElement[bool]]


def _in_area(jurisdiction: str) -> ColumnElement[bool]:
    """A firm of the scheme's area; one whose region nobody knows is kept in, for unknown is not no."""
    return or_(likely_within(Enterprise.region_code, jurisdiction), Enterprise.region_code == "")


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


def _has_undated() -> ColumnElement[bool]:
    """Whether the firm of a certificate has another of this kind of which nobody knows the day: it may be an earlier one."""
    other = aliased(Certificate)
    return exists().where(
        other.enterprise_id == Certificate.enterprise_id,
        other.kind == Certificate.kind,
        other.id != Certificate.id,
        other.issued_on.is_(None),
    )


def _certificates(trigger: CertificateGained) -> _Facts:
    conditions = [
        Certificate.kind == trigger.certificate,
        Certificate.revoked_on.is_(None),
        Enterprise.id == Certificate.enterprise_id,
    ]
    if trigger.occurrence != "any":
        conditions.append(_has_earlier() if trigger.occurrence == "renewed" else ~or_(_has_earlier(), _has_undated()))
    key = literal("certificate:") + cast(Certificate.id, String)
    return _Facts(Certificate.enterprise_id, key, Certificate.number, Certificate.issued_on, conditions)


def _cases(trigger: CaseReached) -> _Facts:
    conditions = [
        CaseMarker.marker == trigger.marker,
        CaseMarker.case_id == CaseFile.id,
        CaseFile.programme_code == trigger.programme,
        CaseFile.state.in_(("open", "finished")),
        Enterprise.id == CaseFile.enterprise_id,
    ]
    key = literal("case:") + CaseFile.number
    return _Facts(CaseFile.enterprise_id, key, CaseFile.number, CaseMarker.reached_on, conditions)
