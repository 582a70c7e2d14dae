"""The card of a firm's cases on its page."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.cases import actions
from app.cases.loaded import place_of
from app.cases.past_cases.lists import list_past_cases
from app.enterprises.actions import EDIT
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.permissions import can
from app.web.shared.case_lines import CaseLine, case_lines
from app.web.shared.enterprise_panels import FirmRead, Panel
from app.web.shared.enterprise_words import words
from app.web.shared.past_case_lines import PastCaseLine, past_case_line


@dataclass(frozen=True)
class FirmCases:
    """The firm's cases and its applications of earlier years, newest first, and whether another may be put down from here."""

    lines: tuple[CaseLine, ...]
    open_url: str
    past: tuple[PastCaseLine, ...]
    add_past_url: str


def panel(session: Session, actor: Actor, firm: FirmRead, now: datetime) -> Panel | None:
    """The card, None for those who may not see cases."""
    enterprise = firm.enterprise
    if not can(actor, actions.LIST, place_of(enterprise)):
        return None
    may_open = can(actor, actions.OPEN) and enterprise.disabled_on is None
    may_edit = can(actor, EDIT, enterprise) and enterprise.disabled_on is None
    known = words(session)
    content = FirmCases(
        lines=tuple(case_lines(session, firm.catalogue, firm.cases, today(now))),
        open_url=f"/cases/new?enterprise={enterprise.uscc}" if may_open else "",
        past=tuple(past_case_line(row, known, enterprise) for row in list_past_cases(session, enterprise.id)),
        add_past_url=f"/enterprises/{enterprise.uscc}/past-cases/new" if may_edit else "",
    )
    return Panel("web/cases/_panel.html", content)
