"""The card of a firm's cases on its page."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.cases import actions
from app.cases.queries import list_of_enterprise_visible_to
from app.cases.service.loading import place_of
from app.enterprises.models import Enterprise
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.permissions import can
from app.programmes.queries import load_catalogue
from app.web.shared.case_lines import CaseLine, case_lines
from app.web.shared.enterprise_panels import Panel


@dataclass(frozen=True)
class FirmCases:
    """The firm's cases, newest first, and whether another may be opened from here."""

    lines: tuple[CaseLine, ...]
    open_url: str


def panel(session: Session, actor: Actor, enterprise: Enterprise, now: datetime) -> Panel | None:
    """The card, None for those who may not see cases."""
    if not can(actor, actions.LIST, place_of(enterprise)):
        return None
    cases = list_of_enterprise_visible_to(session, actor, enterprise.id)
    may_open = can(actor, actions.OPEN) and enterprise.disabled_on is None
    content = FirmCases(
        lines=tuple(case_lines(session, load_catalogue(session), cases, today(now))),
        open_url=f"/cases/new?enterprise={enterprise.uscc}" if may_open else "",
    )
    return Panel("web/cases/_panel.html", content)
