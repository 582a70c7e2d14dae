"""Certificates that end: which of them do, and how near the end of each is. Notices, calendars and the firm's home agree by it."""

from datetime import date

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session, aliased

from app.enterprises.models import Certificate
from app.kit.i18n import Bilingual
from app.kit.periods import months_later
from app.reference.models import Term

#: So many months before its end the firm hears of it.
MONTHS_BEFORE = (12, 6, 3)


def ends_between(since: date, until: date) -> ColumnElement[bool]:
    """Certificates that end in this time: not revoked, and none of the same kind follows."""
    later = aliased(Certificate)
    followed = exists().where(
        later.enterprise_id == Certificate.enterprise_id,
        later.kind == Certificate.kind,
        later.expires_on > Certificate.expires_on,
        later.revoked_on.is_(None),
    )
    return and_(Certificate.expires_on.between(since, until), Certificate.revoked_on.is_(None), ~followed)


def months_reached(ends_on: date, on: date) -> int | None:
    """The last of `MONTHS_BEFORE` that has come; None while the end is farther away than all of them."""
    return min((months for months in MONTHS_BEFORE if months_later(ends_on, -months) <= on), default=None)


def list_ending(session: Session, enterprise_id: int, since: date, until: date) -> list[tuple[Certificate, date]]:
    """The certificates of a firm that end in this time, each with its last day, the first to end before the others."""
    statement = select(Certificate).where(Certificate.enterprise_id == enterprise_id, ends_between(since, until))
    rows = session.scalars(statement.order_by(Certificate.expires_on, Certificate.id))
    return [(row, row.expires_on) for row in rows if row.expires_on is not None]


def certificate_titles(session: Session) -> dict[str, Bilingual]:
    """What each kind of certificate is called."""
    terms = session.scalars(select(Term).where(Term.vocabulary == "certificate_kind"))
    return {term.code: Bilingual(zh=term.name_zh, en=term.name_en) for term in terms}
