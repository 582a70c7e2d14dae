"""What each counted target counts: one statement gives the rows, and their number is the number."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from app.cases.models import CaseFile, CaseMarker
from app.commissioners.queries import counted_in_year
from app.enterprises.likely import likely_within
from app.enterprises.models import Certificate, Enterprise, EnterpriseTag
from app.enterprises.queries import gone_by, valid_on
from app.journal.tallies import count_rows, kept_total
from app.targets.domain import Applications, Certificates, Commissioners, Counted, Period, Subjects

SUBMITTED = "submitted"


def rows(counted: Counted, period: Period, region_prefix: str) -> Select[Any]:
    """The rows behind a number: enterprises, cases (one for each firm) or experts, each exactly once."""
    statement: Callable[[Any, Period, str], Select[Any]] = _ROWS[type(counted)]
    return statement(counted, period, region_prefix)


def count(session: Session, counted: Counted, period: Period, region_prefix: str) -> int:
    """The number of `rows`."""
    found = rows(counted, period, region_prefix)
    firm = _FIRM_OF.get(type(counted))
    key = (counted, period, region_prefix)
    return count_rows(session, found) if firm is None else kept_total(session, key, found, firm)


def count_expiring(session: Session, counted: Certificates, period: Period, region_prefix: str) -> int:
    """The number of `expiring`."""
    key = ("expiring", counted, period, region_prefix)
    return kept_total(session, key, expiring(counted, period, region_prefix), Enterprise.id)


def count_pending(session: Session, counted: Applications, period: Period, region_prefix: str) -> int:
    """Open cases of the programme that were not handed in yet."""
    pending = (
        select(CaseFile.id)
        .join(Enterprise, Enterprise.id == CaseFile.enterprise_id)
        .where(
            CaseFile.programme_code == counted.programme,
            CaseFile.year == period.year,
            CaseFile.state == "open",
            CaseFile.submitted_on.is_(None),
            ~gone_by(period.on),
            likely_within(Enterprise.region_code, region_prefix),
        )
    )
    return kept_total(session, ("pending", counted, period, region_prefix), pending, CaseFile.enterprise_id)


# -- applications handed in -----------------------------------------------------------------------------------------------------


def _applications(counted: Applications, period: Period, region_prefix: str) -> Select[Any]:
    """The first application of each firm that was handed in during the year."""
    earlier, its = aliased(CaseFile), aliased(CaseMarker)
    former = exists().where(
        earlier.enterprise_id == CaseFile.enterprise_id,
        earlier.programme_code == counted.programme,
        earlier.id < CaseFile.id,
        its.case_id == earlier.id,
        *_handed_in(its, period),
    )
    return (
        select(CaseFile)
        .join(Enterprise, Enterprise.id == CaseFile.enterprise_id)
        .join(CaseMarker, CaseMarker.case_id == CaseFile.id)
        .where(
            CaseFile.programme_code == counted.programme,
            *_handed_in(CaseMarker, period),
            likely_within(Enterprise.region_code, region_prefix),
            ~former,
        )
    )


def _handed_in(marker: Any, period: Period) -> tuple[ColumnElement[bool], ...]:
    return marker.marker == SUBMITTED, _within(marker.reached_on, period)


def _within(column: Any, period: Period) -> ColumnElement[bool]:
    return and_(column >= period.first_day, column <= period.on)


# -- certificates and subjects -----------------------------------------------------------------------------------------------------


def _holders(kind: str, on: Any) -> Select[int]:
    return select(Certificate.enterprise_id).where(Certificate.kind == kind, valid_on(on))


def _listed(tag: str, on: Any) -> Select[int]:
    return select(EnterpriseTag.enterprise_id).where(
        EnterpriseTag.tag == tag,
        or_(EnterpriseTag.granted_on.is_(None), EnterpriseTag.granted_on <= on),
        or_(EnterpriseTag.expires_on.is_(None), EnterpriseTag.expires_on >= on),
    )


def _firms(region_prefix: str, on: date, *conditions: ColumnElement[bool]) -> Select[Any]:
    """Firms on file that were not gone on the day."""
    here = likely_within(Enterprise.region_code, region_prefix)
    return select(Enterprise).where(Enterprise.disabled_on.is_(None), ~gone_by(on), here, *conditions)


def _certificates(counted: Certificates, period: Period, region_prefix: str) -> Select[Any]:
    return _firms(region_prefix, period.on, Enterprise.id.in_(_holders(counted.certificate, period.on)))


def _subjects(counted: Subjects, period: Period, region_prefix: str) -> Select[Any]:
    either = _holders(counted.certificate, period.on).union(_listed(counted.tag, period.on))
    return _firms(region_prefix, period.on, Enterprise.id.in_(either))


def expiring(counted: Certificates, period: Period, region_prefix: str) -> Select[Any]:
    """The firms that hold a valid certificate on the day and, as things stand, none on the year's last day."""
    return _certificates(counted, period, region_prefix).where(
        Enterprise.id.not_in(_holders(counted.certificate, period.last_day))
    )


# -- experts ---------------------------------------------------------------------------------------------------------------------------


def _commissioners(counted: Commissioners, period: Period, region_prefix: str) -> Select[Any]:
    return counted_in_year(counted.headcount, period.year, region_prefix)


_ROWS: dict[type[Any], Callable[[Any, Period, str], Select[Any]]] = {
    Applications: _applications,
    Certificates: _certificates,
    Subjects: _subjects,
    Commissioners: _commissioners,
}
#: The firm of each row, where rows are of firms; experts are few and counted each time.
_FIRM_OF: dict[type[Any], Any] = {
    Applications: CaseFile.enterprise_id,
    Certificates: Enterprise.id,
    Subjects: Enterprise.id,
}
