"""Science commissioners as the exchange reads them: one record per person, with the agreements."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.commissioners.domain import IDS
from app.commissioners.events import REMOVED
from app.commissioners.models import Commissioner, ServiceAgreement
from app.enterprises.models import Enterprise
from app.exchange.sources.base import Children, RecordSource, Touch, of_model
from app.exchange.sources.touches import ENTERPRISE, carried_along, numbered, of_kind
from app.journal.models import JournalEvent
from app.kit.membership import one_of
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
AGREEMENT = ("programme_code", "number", "starts_on", "ends_on", "ended_on", "mode", "aim")


def visible(statement: Select[Any], region_prefix: str) -> Select[Any]:
    """People on record with an office of the region and not retired."""
    return statement.where(within_region(Commissioner.region_code, region_prefix), Commissioner.disabled_on.is_(None))


def with_firms(statement: Select[Any], region_prefix: str) -> Select[Any]:
    """Agreements with their firms, those of the region only."""
    return statement.join(Enterprise, Enterprise.id == ServiceAgreement.enterprise_id).where(
        within_region(Enterprise.region_code, region_prefix)
    )


def hanging_on(enterprise_ids: Sequence[int]) -> Select[int, int]:
    """The people whose agreements name these firms."""
    return (
        select(ServiceAgreement.enterprise_id, ServiceAgreement.commissioner_id)
        .where(one_of(ServiceAgreement.enterprise_id, enterprise_ids))
        .distinct()
    )


def touches(session: Session, events: Sequence[JournalEvent]) -> Iterator[Touch]:
    """The person that an event names; the people who serve a firm that changed its code or place."""
    own = of_kind(events, "commissioner")
    yield from numbered([event for event in own if event.type != REMOVED], IDS)
    for event in own:
        if event.type == REMOVED:
            yield Touch(event.position, IDS.row_id(event.subject_id), (event.subject_id,))
    yield from carried_along(session, events, hanging_on)


SOURCE = RecordSource(
    resource="commissioners",
    id=Commissioner.id,
    key=Commissioner.id,
    key_value=IDS.row_id,
    columns={"public_id": Commissioner.id.label("public_id"), **of_model(Commissioner, _PLAIN)},
    derive={"public_id": IDS.of},
    visible=visible,
    follows=frozenset({"commissioner", ENTERPRISE}),
    touches=touches,
    children={
        "agreements": Children(
            parent=ServiceAgreement.commissioner_id,
            columns={"uscc": Enterprise.uscc, **of_model(ServiceAgreement, AGREEMENT)},
            order=(ServiceAgreement.starts_on, ServiceAgreement.id),
            join=with_firms,
        )
    },
)
