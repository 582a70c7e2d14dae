"""The receipt of a case: number and query code, to be printed and handed over."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.accounts.models import Officer
from app.cases.models import CaseFile
from app.cases.queries import programme_of
from app.kit.clock import today


@dataclass(frozen=True)
class CaseReceiptPage:
    """What the receipt says; `query_code` only in the answer to the step that made it."""

    number: str
    firm: str
    uscc: str
    programme: str
    year: int
    opened_on: date
    officer: str
    phone: str
    query_code: str | None
    printed_on: date


def receipt_page(session: Session, case: CaseFile, now: datetime, *, query_code: str | None = None) -> CaseReceiptPage:
    """The receipt of `case`."""
    officer = session.get(Officer, case.officer_id) if case.officer_id else None
    return CaseReceiptPage(
        number=case.number,
        firm=case.enterprise.name,
        uscc=case.enterprise.uscc,
        programme=str(programme_of(session, case).title),
        year=case.year,
        opened_on=case.opened_on,
        officer=officer.name if officer else "",
        phone=officer.phone if officer else "",
        query_code=query_code,
        printed_on=today(now),
    )
