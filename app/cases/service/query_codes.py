"""The query code with which a firm looks its case up without signing in."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.cases import actions, events
from app.cases.domain.numbers import hash_query_code, new_query_code
from app.cases.loaded import load_case
from app.kit.actor import Actor


def renew_query_code(session: Session, *, actor: Actor, now: datetime, number: str) -> str:
    """A new query code for the case, returned this once; the old one stops working. One event."""
    case = load_case(session, actor=actor, action=actions.RENEW_QUERY_CODE, number=number)
    code = new_query_code()
    case.row.query_code_hash = hash_query_code(code)
    case.touched(now)
    case.record(actor=actor, now=now, type=events.QUERY_CODE_RENEWED)
    return code
