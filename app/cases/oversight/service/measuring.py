"""What was done about a bad rating: weighed, verified, put right, told to the firm (研判、核实、整改、反馈)."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.cases.loaded import load_case
from app.cases.oversight import actions, events
from app.cases.oversight.domain.measures import decide_measures
from app.cases.oversight.models import ServiceRating
from app.cases.oversight.schemas import RecordMeasures
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.i18n import _


def record_measures(
    session: Session, *, actor: Actor, now: datetime, number: str, command: RecordMeasures
) -> ServiceRating:
    """Keep what was done about a rating. One event on the case.

    Raises `NotFound` without a rating, `Conflict` (not a bad one, or changed meanwhile) and `Invalid` for a part left out.
    """
    case = load_case(session, actor=actor, action=actions.RECORD_MEASURES, number=number)
    row = session.get(ServiceRating, case.row.id, populate_existing=True)
    if row is None:
        raise NotFound("case.rating.unknown", _("该件还没有评价。"))
    parts = (command.weighed, command.verified, command.put_right, command.told)
    row.measures = decide_measures(row.grade, row.version, command.version, parts)
    row.measured_by, row.measured_at, row.version = actor.name, now, row.version + 1
    session.flush()
    case.record(actor=actor, now=now, type=events.MEASURED, data={"grade": row.grade, "note": row.measures})
    return row
