"""What casework says when a firm is to be retired."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.domain.state import CaseState
from app.cases.models import CaseFile
from app.kit.i18n import _


def open_cases(session: Session, enterprise_id: int, on: date) -> list[str]:
    """A firm with open cases stays: each is named, so that it can be finished or withdrawn first."""
    numbers = session.scalars(
        select(CaseFile.number)
        .where(CaseFile.enterprise_id == enterprise_id, CaseFile.state == CaseState.OPEN)
        .order_by(CaseFile.number)
    )
    return [_("还有在办件 %(number)s") % {"number": number} for number in numbers]
