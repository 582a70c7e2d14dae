"""Partners on file, through the use case; fictional ones."""

from typing import Any

from sqlalchemy.orm import Session

from app.exchange.partners.models import Partner
from app.exchange.partners.schemas import NewPartner
from app.exchange.partners.service import create_partner
from app.kit.actor import SYSTEM
from app.kit.clock import utc_now

SECRET = b"a secret that only the tests know 0123456789"
"""The secret of the settings of a test deployment."""


def new_partner(**given: Any) -> NewPartner:
    """What an administrator says of a partner by push, for firms and cases, unless `given` says otherwise."""
    values: dict[str, Any] = {
        "code": "province",
        "name": "省级系统（示例）",
        "definition": "province",
        "resources": ("enterprises", "cases"),
        "base_url": "https://province.example/exchange",
    }
    return NewPartner.model_validate(values | given)


def partner(session: Session, **given: Any) -> Partner:
    """A partner on file, with its key; it follows the journal from here on."""
    made, _key = create_partner(session, actor=SYSTEM, now=utc_now(), secret=SECRET, given=new_partner(**given))
    return made
