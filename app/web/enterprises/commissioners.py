"""The card of science commissioners on a firm's page: who serves it, since when and until when."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.commissioners import actions
from app.commissioners.queries import agreements_of_enterprise
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.permissions import Place, can
from app.web.shared.commissioner_words import AgreementRow, agreement_row
from app.web.shared.enterprise_panels import FirmRead, Panel


@dataclass(frozen=True)
class CommissionersPanel:
    """The firm's agreements, the latest first."""

    rows: tuple[AgreementRow, ...]
    uscc: str
    may_add: bool


def panel(session: Session, actor: Actor, firm: FirmRead, now: datetime) -> Panel | None:
    """The card; nothing for those who may not read experts."""
    enterprise = firm.enterprise
    place = Place(enterprise.region_code, enterprise.id)
    if not can(actor, actions.READ, place):
        return None
    rows = tuple(agreement_row(item, today(now), False) for item in agreements_of_enterprise(session, enterprise.id))
    content = CommissionersPanel(rows, enterprise.uscc, can(actor, actions.AGREE, place))
    return Panel("web/commissioners/_panel.html", content, "side")
