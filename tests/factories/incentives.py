"""Facts that trigger incentives, as bare rows."""

from datetime import UTC, date, datetime
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.models import CaseFile, CaseMarker
from app.enterprises.models import Certificate, Enterprise
from app.programmes.models import ProgrammeVersion

_serial = count(1)
_AT = datetime(2021, 1, 4, 1, 0, tzinfo=UTC)


def certificate(
    session: Session, where: Enterprise, issued_on: date, expires_on: date | None = None, **given: object
) -> Certificate:
    """A high-tech certificate of three years, unless told otherwise."""
    row = Certificate(
        enterprise_id=where.id,
        kind=given.pop("kind", "high-tech-enterprise"),
        number=f"GR{issued_on.year}42{next(_serial):06d}",
        issued_on=issued_on,
        expires_on=expires_on or issued_on.replace(year=issued_on.year + 3),
        **given,
    )
    session.add(row)
    session.flush()
    return row


def case_with_marker(
    session: Session, where: Enterprise, programme: str, marker: str, reached_on: date, state: str = "open"
) -> CaseFile:
    """A case that counts as `marker` since a day."""
    version = session.scalars(select(ProgrammeVersion.version).where(ProgrammeVersion.code == programme)).first()
    assert version is not None, f"the programme {programme} is not seeded"
    case = CaseFile(
        number=f"QJ-TS-{reached_on.year}-{next(_serial):04d}",
        enterprise_id=where.id,
        programme_code=programme,
        programme_version=version,
        year=reached_on.year,
        stage="any",
        stage_entered_on=reached_on,
        state=state,
        opened_on=reached_on,
        submitted_on=reached_on,
        query_code_hash="",
        created_at=_AT,
        updated_at=_AT,
    )
    session.add(case)
    session.flush()
    session.add(CaseMarker(case_id=case.id, marker=marker, reached_on=reached_on))
    session.flush()
    return case
