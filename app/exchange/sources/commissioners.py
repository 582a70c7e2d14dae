"""Science commissioners as the exchange reads them: one record per person, with the agreements."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.commissioners.domain import IDS
from app.commissioners.models import Commissioner, ServiceAgreement
from app.enterprises.models import Enterprise
from app.exchange.sources.base import Children, Source, of_model
from app.journal.models import JournalEvent
from app.kit.permissions import within_region

_PLAIN = (
    "name",
    "unit",
    "unit_code",
    "title",
    "degree",
    "field_code",
    "speciality",
    "region_code",
    "created_at",
    "updated_at",
)
_AGREEMENT = ("programme_code", "number", "starts_on", "ends_on", "ended_on", "mode", "aim")


def visible(statement: Select[Any], region_prefix: str) -> Select[Any]:
    """People on record with an office of the region and not retired."""
    return statement.where(within_region(Commissioner.region_code, region_prefix), Commissioner.disabled_on.is_(None))


def _agreements(statement: Select[Any], region_prefix: str) -> Select[Any]:
    return statement.join(Enterprise, Enterprise.id == ServiceAgreement.enterprise_id).where(
        within_region(Enterprise.region_code, region_prefix)
    )


def rows_of(_session: Session, events: Sequence[JournalEvent]) -> Mapping[int, int]:
    """Events of a person name the public identifier."""
    found = {event.position: IDS.row_id(event.subject_id) for event in events}
    return {position: number for position, number in found.items() if number is not None}


def hanging_on(enterprise_ids: Sequence[int]) -> Select[int, int]:
    """The people whose agreements name these firms."""
    return (
        select(ServiceAgreement.enterprise_id, ServiceAgreement.commissioner_id)
        .where(ServiceAgreement.enterprise_id.in_(enterprise_ids))
        .distinct()
    )


SOURCE = Source(
    resource="commissioners",
    id=Commissioner.id,
    key=Commissioner.id,
    key_value=IDS.row_id,
    columns={"public_id": Commissioner.id.label("public_id"), **of_model(Commissioner, _PLAIN)},
    derive={"public_id": IDS.of},
    visible=visible,
    rows_of=rows_of,
    hanging_on=hanging_on,
    children={
        "agreements": Children(
            parent=ServiceAgreement.commissioner_id,
            columns={"uscc": Enterprise.uscc, **of_model(ServiceAgreement, _AGREEMENT)},
            order=(ServiceAgreement.starts_on, ServiceAgreement.id),
            join=_agreements,
        )
    },
)
