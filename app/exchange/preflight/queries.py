"""What lies around records: their firms, certificates and years on file; the number of queries does not depend on how many."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.models import Certificate, Enterprise, YearlyFigures
from app.exchange.domain import ResourceDefinition
from app.exchange.preflight.domain import PreflightContext
from app.programmes.domain.definition import Programme
from app.programmes.queries import Catalogue, load_catalogue

Values = Mapping[str, Any]


@dataclass(frozen=True)
class _FieldNames:
    """The partner's names of the fields that tell where a record belongs; empty where the definition has none."""

    uscc: str = ""
    case: str = ""
    programme: str = ""
    version: str = ""
    year: str = ""


@dataclass
class _CheckedFirm:
    row: Any
    years: set[int] = field(default_factory=set)
    certificates: list[Any] = field(default_factory=list)


def surroundings_of(
    session: Session, resource: str, definition: ResourceDefinition, records: Sequence[Values], on: date
) -> list[PreflightContext]:
    """What lies around each of `records` (values as kept, by field name) on the day `on`, in their order."""
    names = _names(definition)
    firms = _firms(session, {record[names.uscc] for record in records}) if names.uscc else {}
    by_id = {firm.row.id: firm for firm in firms.values()}
    catalogue = None
    if resource == "enterprises":
        _add_certificates(session, by_id)
    if resource == "cases":
        _add_years(session, by_id)
        catalogue = load_catalogue(session)
    return [_around(record, names, firms, catalogue, on) for record in records]


def _names(definition: ResourceDefinition) -> _FieldNames:
    of = {each.source: each.name for each in definition.fields}
    case = of.get("case_number", definition.key if definition.kind == "case" else "")
    return _FieldNames(
        uscc=of.get("uscc", ""),
        case=case,
        programme=of.get("programme_code", ""),
        version=of.get("programme_version", ""),
        year=of.get("year", ""),
    )


def _firms(session: Session, codes: Iterable[str]) -> dict[str, _CheckedFirm]:
    columns = (
        Enterprise.id,
        Enterprise.uscc,
        Enterprise.name,
        Enterprise.uscc_confirmed,
        Enterprise.region_code,
        Enterprise.registered_on,
    )
    rows = session.execute(select(*columns).where(Enterprise.uscc.in_(sorted(codes))))
    return {row.uscc: _CheckedFirm(row) for row in rows}


def _add_certificates(session: Session, firms: Mapping[int, _CheckedFirm]) -> None:
    columns = (Certificate.enterprise_id, Certificate.kind, Certificate.number, Certificate.expires_on)
    wanted = select(*columns).where(Certificate.enterprise_id.in_(firms), Certificate.revoked_on.is_(None))
    for row in session.execute(wanted.order_by(Certificate.issued_on.nulls_first(), Certificate.id)):
        firms[row.enterprise_id].certificates.append(row)


def _add_years(session: Session, firms: Mapping[int, _CheckedFirm]) -> None:
    columns = (YearlyFigures.enterprise_id, YearlyFigures.year)
    for firm, year in session.execute(select(*columns).where(YearlyFigures.enterprise_id.in_(firms)).distinct()):
        firms[firm].years.add(year)


def _around(
    record: Values, names: _FieldNames, firms: Mapping[str, _CheckedFirm], catalogue: Catalogue | None, on: date
) -> PreflightContext:
    case = str(record[names.case]) if names.case else ""
    firm = firms.get(record[names.uscc]) if names.uscc else None
    if firm is None:
        return PreflightContext(case=case)
    programme = catalogue.versions.get((record[names.programme], record[names.version])) if catalogue else None
    return PreflightContext(
        uscc=firm.row.uscc,
        label=firm.row.name,
        case=case,
        confirmed=firm.row.uscc_confirmed,
        region_known=bool(firm.row.region_code),
        years_missing=_years_missing(programme, record[names.year], firm) if programme else (),
        expired=_expired(firm.certificates, on),
    )


def _years_missing(programme: Programme, year: int, firm: _CheckedFirm) -> tuple[int, ...]:
    """The fiscal years that the case's materials are asked for, since the firm exists, without any figures on file."""
    count = max((material.years for material in programme.materials), default=0)
    founded = firm.row.registered_on.year if firm.row.registered_on else 0
    return tuple(each for each in range(year - count, year) if each >= founded and each not in firm.years)


def _expired(certificates: Sequence[Any], on: date) -> dict[str, date]:
    """The numbers of certificates that have run out on the day `on`, where no later one of their kind goes on."""
    by_kind: defaultdict[str, list[Any]] = defaultdict(list)
    for row in certificates:
        by_kind[row.kind].append(row)
    newest = [rows[-1] for rows in by_kind.values() if all(row.expires_on and row.expires_on < on for row in rows)]
    return {row.number: row.expires_on for row in newest}
