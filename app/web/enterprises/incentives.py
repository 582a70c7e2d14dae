"""The card of incentives on a firm's page: what it may enjoy, and what is on file."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.incentives import actions
from app.kit.actor import Actor
from app.kit.permissions import Place, can
from app.web.incentives.lines import IncentiveLine, advisory
from app.web.incentives.list import enterprise_lines
from app.web.shared.enterprise_panels import FirmRead, Panel


@dataclass(frozen=True)
class IncentivesPanel:
    """The firm's incentives, open entitlements first."""

    advisory: str
    lines: tuple[IncentiveLine, ...]
    url: str


def panel(session: Session, actor: Actor, firm: FirmRead, now: datetime) -> Panel | None:
    """The card; nothing for those who may not read incentives."""
    enterprise = firm.enterprise
    if not can(actor, actions.READ, Place(enterprise.region_code, enterprise.id)):
        return None
    content = IncentivesPanel(
        advisory(), enterprise_lines(session, enterprise), f"/incentives/enterprises/{enterprise.uscc}"
    )
    return Panel("web/incentives/_panel.html", content, "side")
