"""The firm that the signed-in person acts for, and its cases: nothing else is ever read for a portal page."""

from sqlalchemy.orm import Session

from app.cases.models import CaseFile
from app.cases.queries import get_visible_to as get_case_visible_to
from app.enterprises.models import Enterprise
from app.enterprises.queries import get_visible_to
from app.kit.actor import Actor


def own_enterprise(session: Session, actor: Actor) -> Enterprise:
    """The account's own firm."""
    return get_visible_to(session, actor, actor.enterprise_id or 0)


def own_case(session: Session, actor: Actor, number: str) -> CaseFile:
    """One of the own cases; another firm's is not found."""
    return get_case_visible_to(session, actor, number)
