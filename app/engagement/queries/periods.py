"""Within how many months asking again for the same needs a reason."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement.models import RequestPeriod


def find_period(session: Session) -> RequestPeriod | None:
    """What counts now; None before anything was seeded or set."""
    return session.scalars(select(RequestPeriod).order_by(RequestPeriod.id.desc()).limit(1)).one_or_none()


def list_periods(session: Session) -> list[RequestPeriod]:
    """Everything ever set, the latest first."""
    return list(session.scalars(select(RequestPeriod).order_by(RequestPeriod.id.desc())))


def repeat_months(session: Session) -> int:
    """The period in months; 0 (no request is a repeated one) while nothing is set."""
    row = find_period(session)
    return row.months if row else 0
