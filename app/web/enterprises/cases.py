"""The card of a firm's cases on its page."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.cases import actions
from app.cases.loaded import place_of
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.permissions import can
from app.web.shared.case_lines import CaseLine, case_lines
from app.web.shared.enterprise_panels import FirmRead, Panel


@dataclass(frozen=True)
class FirmCases:
    """The firm's cases, newest first, and whether another may be opened from here."""

    lines: tuple[CaseLine, ...]
    open_url: str


def panel(session: Session, actor: Actor, firm: FirmRead, now: datetime) -> Panel | None:
    """The card, None for those who may not see cases."""
    enterprise = firm.enterprise
    if not can(actor, actions.LIST, place_of(enterprise)):
        return None
    may_open = can(actor, actions.OPEN) and enterprise.disabled_on is None
    content = FirmCases(
        lines=tuple(case_lines(session, firm.catalogue, firm.cases, today(now))),
        open_url=f"/cases/new?enterprise={enterprise.uscc}" if may_open else "",
    )
    return Panel("web/cases/_panel.html", content)
