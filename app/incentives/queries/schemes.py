"""Schemes with their versions, and which version is in force on a day."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.incentives.domain.scheme import Origin, Scheme
from app.incentives.models import IncentiveSchemeVersion
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.reference.published import kept

ONE_DAY = timedelta(days=1)

_parsed: dict[str, Scheme] = {}


@dataclass(frozen=True)
class SchemeVersion:
    """One published version: the row and what it says."""

    row: IncentiveSchemeVersion
    scheme: Scheme

    @property
    def precedence(self) -> tuple[bool, date, int]:
        """What the bureau set goes before the seed; then the later start, then the correction."""
        return (self.row.origin == Origin.BUREAU.value, self.row.effective_from, self.row.revision)


@dataclass(frozen=True)
class VersionPeriod:
    """Days without a gap on which versions with the same trigger are in force; `version` is the first of them."""

    first: date
    last: date | None
    version: SchemeVersion


@dataclass(frozen=True)
class SchemeFamily:
    """All versions of one scheme, the one that goes first on a shared day standing first."""

    code: str
    jurisdiction: str
    versions: tuple[SchemeVersion, ...]

    def in_force(self, on: date) -> SchemeVersion | None:
        """The version that applies to a fact of that day, or None when none does."""
        return next((version for version in self.versions if version.scheme.covers(on)), None)

    def periods(self) -> list[VersionPeriod]:
        """The days on which the scheme applies, cut where its trigger changes."""
        starts = {version.scheme.effective_from for version in self.versions}
        ends = {version.scheme.effective_to for version in self.versions}
        cuts = sorted(starts | {day + ONE_DAY for day in ends if day is not None})
        found: list[VersionPeriod] = []
        for index, first in enumerate(cuts):
            version = self.in_force(first)
            if version is None:
                continue
            last = cuts[index + 1] - ONE_DAY if index + 1 < len(cuts) else None
            if found and _continues(found[-1], first, version):
                found[-1] = VersionPeriod(found[-1].first, last, found[-1].version)
            else:
                found.append(VersionPeriod(first, last, version))
        return found

    def shown(self, on: date) -> SchemeVersion:
        """The version to show on that day: the one in force, else the newest."""
        return self.in_force(on) or max(self.versions, key=lambda version: version.row.effective_from)


def _continues(period: VersionPeriod, first: date, version: SchemeVersion) -> bool:
    return (
        period.last is not None
        and period.last + ONE_DAY == first
        and period.version.scheme.trigger == version.scheme.trigger
    )


def parsed(row: IncentiveSchemeVersion) -> Scheme:
    """What a version says; parsed once per content, which never changes."""
    found = _parsed.get(row.content_hash)
    if found is None:
        found = _parsed[row.content_hash] = Scheme.model_validate(row.content)
    return found


def list_families(session: Session, region_prefix: str = "") -> list[SchemeFamily]:
    """Every scheme that concerns a region: of the region itself, of what lies in it and of what it lies in."""
    grouped: dict[str, list[SchemeVersion]] = {}
    for row in _versions(session):
        if row.jurisdiction.startswith(region_prefix) or region_prefix.startswith(row.jurisdiction):
            grouped.setdefault(row.code, []).append(SchemeVersion(row, parsed(row)))
    families = [_family(code, versions) for code, versions in grouped.items()]
    return sorted(families, key=lambda family: (-len(family.jurisdiction), family.code))


@kept
def _versions(session: Session) -> list[IncentiveSchemeVersion]:
    return list(session.scalars(select(IncentiveSchemeVersion).order_by(IncentiveSchemeVersion.code)))


def _family(code: str, versions: list[SchemeVersion]) -> SchemeFamily:
    ordered = sorted(versions, key=lambda version: version.precedence, reverse=True)
    return SchemeFamily(code, ordered[0].row.jurisdiction, tuple(ordered))


def get_family(session: Session, code: str, region_prefix: str = "") -> SchemeFamily:
    """One scheme; raises NotFound incentive.scheme.not_found."""
    for family in list_families(session, region_prefix):
        if family.code == code:
            return family
    raise NotFound("incentive.scheme.not_found", _("没有这项奖补政策，或不在您的辖区内。"))
