"""The firm rates the service once its case is over."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.cases.loaded import load_case
from app.cases.oversight import actions, events
from app.cases.oversight.domain.rating import GRADES, decide_rate
from app.cases.oversight.models import ServiceRating
from app.cases.oversight.schemas import RateService
from app.kit.actor import Actor


def rate_service(session: Session, *, actor: Actor, now: datetime, number: str, command: RateService) -> ServiceRating:
    """Keep what the firm says of the service. One event on the case.

    Raises `Conflict` while the case is open, after it was withdrawn, and the second time.
    """
    case = load_case(session, actor=actor, action=actions.RATE, number=number)
    decide_rate(case.row.state, rated=session.get(ServiceRating, case.row.id) is not None)
    row = ServiceRating(
        case_id=case.row.id,
        grade=command.grade,
        items=list(dict.fromkeys(command.items)),
        remark=command.remark,
        by_name=actor.name,
        at=now,
    )
    session.add(row)
    session.flush()
    data = {"grade": row.grade, "items": row.items, "note": "：".join(filter(None, (GRADES[row.grade], row.remark)))}
    case.record(actor=actor, now=now, type=events.RATED, data=data)
    return row
