"""Agreements of commissioners with firms as the exchange reads them: those that stand in the records of the people seen."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.commissioners.domain import IDS as PEOPLE
from app.commissioners.events import AGREEMENT_CROSSED, AGREEMENT_REMOVED
from app.commissioners.models import Commissioner, ServiceAgreement
from app.enterprises.models import Enterprise
from app.exchange.sources import commissioners
from app.exchange.sources.base import RecordSource, Touch, of_model
from app.exchange.sources.touches import ENTERPRISE, carried_along, left_behind, of_kind
from app.journal.models import JournalEvent
from app.kit.membership import one_of
from app.kit.public_ids import PublicIds

IDS = PublicIds("AGR")


def visible(statement: Select[Any], region_prefix: str) -> Select[Any]:
    """Agreements of people on record with an office of the region, with firms of the region."""
    people = statement.select_from(ServiceAgreement).join(
        Commissioner, Commissioner.id == ServiceAgreement.commissioner_id
    )
    return commissioners.visible(commissioners.with_firms(people, region_prefix), region_prefix)


def hanging_on(enterprise_ids: Sequence[int]) -> Select[int, int]:
    """The agreements of these firms."""
    return select(ServiceAgreement.enterprise_id, ServiceAgreement.id).where(
        one_of(ServiceAgreement.enterprise_id, enterprise_ids)
    )


def touches(session: Session, events: Sequence[JournalEvent]) -> Iterator[Touch]:
    """The agreement that an event of a person names; all of one who comes or goes; those of a firm that moved."""
    own = of_kind(events, "commissioner")
    yield from (_named(event) for event in own if "agreement" in event.data)
    yield from left_behind(own, AGREEMENT_CROSSED, lambda event: IDS.of(event.data["agreement"]))
    yield from _of_people(session, [event for event in own if _touches_all(event)])
    yield from carried_along(session, events, hanging_on)


def _named(event: JournalEvent) -> Touch:
    row_id = event.data["agreement"]
    return Touch(event.position, row_id, (IDS.of(row_id),) if event.type == AGREEMENT_REMOVED else ())


def _touches_all(event: JournalEvent) -> bool:
    """Whether the person came or went, or an agreement was written before events named it."""
    if "disabled_on" in event.changes:
        return True
    return event.type.startswith("commissioner.agreement_") and "agreement" not in event.data


def _of_people(session: Session, events: Sequence[JournalEvent]) -> Iterator[Touch]:
    people = {event.position: PEOPLE.row_id(event.subject_id) for event in events}
    wanted = {row_id for row_id in people.values() if row_id is not None}
    if not wanted:
        return
    statement = select(ServiceAgreement.commissioner_id, ServiceAgreement.id)
    rows = session.execute(statement.where(one_of(ServiceAgreement.commissioner_id, wanted))).all()
    for position, person in people.items():
        yield from (Touch(position, row_id) for owner, row_id in rows if owner == person)


SOURCE = RecordSource(
    resource="agreements",
    id=ServiceAgreement.id,
    key=ServiceAgreement.id,
    key_value=IDS.row_id,
    firm=ServiceAgreement.enterprise_id,
    columns={
        "public_id": ServiceAgreement.id.label("public_id"),
        "commissioner_id": ServiceAgreement.commissioner_id,
        "uscc": Enterprise.uscc,
        **of_model(ServiceAgreement, commissioners.AGREEMENT),
        "created_at": ServiceAgreement.created_at,
    },
    derive={"public_id": IDS.of, "commissioner_id": PEOPLE.of},
    visible=visible,
    follows=frozenset({"commissioner", ENTERPRISE}),
    touches=touches,
)
