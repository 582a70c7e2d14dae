"""The firm that the signed-in person acts for, and its cases: nothing else is ever read for a portal page."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.cases.models import CaseFile
from app.cases.queries import get_visible_to as get_case_visible_to
from app.enterprises.models import Enterprise
from app.enterprises.queries import get_visible_to
from app.kit.actor import Actor
from app.programmes.domain.definition import Programme


def own_enterprise(session: Session, actor: Actor) -> Enterprise:
    """The account's own firm."""
    return get_visible_to(session, actor, actor.enterprise_id or 0)


def own_case(session: Session, actor: Actor, number: str) -> CaseFile:
    """One of the own cases; another firm's is not found."""
    return get_case_visible_to(session, actor, number)


@dataclass(frozen=True)
class CasePart:
    """What every page about a part of a case says at its top; `url` is the page of the case."""

    enterprise: str
    number: str
    programme: str
    url: str


def part_of(case: CaseFile, programme: Programme) -> dict[str, Any]:
    """The fields of a `CasePart`."""
    return {
        "enterprise": case.enterprise.name,
        "number": case.number,
        "programme": str(programme.title),
        "url": f"/portal/cases/{case.number}",
    }
