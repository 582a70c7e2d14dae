"""What the exchange asks of people: refused records of their officers; what was given up, a partner that is away, papers that run out of
administrators. Each goes away with its cause."""

from datetime import timedelta
from typing import Any

from sqlalchemy import BigInteger, and_, cast, exists, extract, func, or_, select
from sqlalchemy.orm import aliased

from app.accounts.models import MachineClient
from app.cases.domain.state import CaseState
from app.cases.models import CaseFile
from app.cases.todo.port import Provider, TodoGroup, TodoQuery, TodoSource
from app.exchange.actions import MANAGE_PARTNERS
from app.exchange.handovers.domain import ItemState
from app.exchange.handovers.listed import items_visible_to, refused_items
from app.exchange.handovers.models import HandoverItem
from app.exchange.partners.domain import FAILURES_TO_OPEN
from app.exchange.partners.models import Partner
from app.exchange.signatures import SignatureScheme
from app.kit.permissions import can

#: The circuit opens at the first of these failures; five doubled pauses later the partner has been away for some ten minutes.
FAILURES_TO_TELL = FAILURES_TO_OPEN + 5
CERTIFICATE_ENDS = timedelta(days=30)
SECRET_ENDS = timedelta(days=3)


def _refused(asked: TodoQuery) -> TodoSource:
    """Records that a partner refused: with the officer of their case, else with those who lead an open case of their firm."""
    rows: Any = refused_items().outerjoin(
        CaseFile, and_(HandoverItem.resource == "cases", CaseFile.id == HandoverItem.row_id)
    )
    rows = rows.where(items_visible_to(asked.actor))
    if asked.officer_id is not None:
        led = aliased(CaseFile)
        of_firm = exists().where(
            led.enterprise_id == HandoverItem.enterprise_id,
            led.officer_id == asked.officer_id,
            led.state == CaseState.OPEN,
        )
        rows = rows.where(or_(CaseFile.officer_id == asked.officer_id, and_(CaseFile.id.is_(None), of_firm)))
    if asked.programme:
        rows = rows.where(CaseFile.programme_code == asked.programme)
    return TodoSource(
        rows=rows,
        key=HandoverItem.id,
        case_id=CaseFile.id,
        firm_id=HandoverItem.enterprise_id,
        officer_id=CaseFile.officer_id,
        about=HandoverItem.reason,
        about_en=HandoverItem.reason,
    )


def _parked(asked: TodoQuery) -> TodoSource | None:
    """Partners with records that were given up."""
    if not _concerns(asked):
        return None
    given_up = (
        select(func.count())
        .where(HandoverItem.partner_id == Partner.id, HandoverItem.state == ItemState.PARKED)
        .correlate(Partner)
        .scalar_subquery()
    )
    return _partners(select(Partner.id).where(given_up > 0), given_up)


def _away(asked: TodoQuery) -> TodoSource | None:
    """Partners that have not answered for some ten minutes of trying."""
    if not _concerns(asked):
        return None
    rows = select(Partner.id).where(Partner.disabled_on.is_(None), Partner.failures >= FAILURES_TO_TELL)
    return _partners(rows, Partner.failures)


def _certificate(asked: TodoQuery) -> TodoSource | None:
    """Partners whose certificate has run out or soon will."""
    if not _concerns(asked):
        return None
    rows = select(Partner.id).where(
        Partner.disabled_on.is_(None),
        Partner.scheme == SignatureScheme.SM2,
        Partner.certificate_until < asked.now + CERTIFICATE_ENDS,
    )
    return _partners(rows, _seconds(Partner.certificate_until))


def _secret(asked: TodoQuery) -> TodoSource | None:
    """Clients whose former secret stops soon: who has not changed over by then is shut out."""
    if not _concerns(asked):
        return None
    rows = select(MachineClient.id).where(
        MachineClient.disabled_on.is_(None),
        MachineClient.former_secret_until > asked.now,
        MachineClient.former_secret_until < asked.now + SECRET_ENDS,
    )
    return TodoSource(
        rows=rows,
        key=MachineClient.id,
        about=MachineClient.name,
        about_en=MachineClient.client_id,
        n=_seconds(MachineClient.former_secret_until),
    )


def _concerns(asked: TodoQuery) -> bool:
    """Whether such things are told: to administrators, on a desk that is not narrowed to a programme."""
    return can(asked.actor, MANAGE_PARTNERS) and not asked.programme


def _partners(rows: Any, n: Any) -> TodoSource:
    return TodoSource(rows=rows, key=Partner.id, about=Partner.name, about_en=Partner.code, n=n)


def _seconds(instant: Any) -> Any:
    """An instant as seconds since 1970."""
    return cast(extract("epoch", instant), BigInteger)


RECORD_REFUSED = Provider("record_refused", TodoGroup.EXCHANGE, _refused)
RECORDS_PARKED = Provider("records_parked", TodoGroup.EXCHANGE, _parked)
PARTNER_AWAY = Provider("partner_away", TodoGroup.EXCHANGE, _away)
CERTIFICATE_ENDING = Provider("certificate_ending", TodoGroup.EXCHANGE, _certificate)
SECRET_ENDING = Provider("secret_ending", TodoGroup.EXCHANGE, _secret)
