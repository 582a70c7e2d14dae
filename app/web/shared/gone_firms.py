"""The firms that lists of candidates leave out because they are gone: how many, and where they are listed."""

from dataclasses import dataclass
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from app.enterprises.lists import ANY_GONE
from app.enterprises.queries import count_gone_visible_to
from app.kit.actor import Actor


@dataclass(frozen=True)
class GoneFirms:
    """How many are struck off, without a licence or moved away, and the address that lists them."""

    number: int
    url: str


def gone_firms(session: Session, actor: Actor, region: str) -> GoneFirms:
    """Those of a region that the actor sees."""
    asked = {"status": ANY_GONE} | ({"region": region} if region else {})
    return GoneFirms(count_gone_visible_to(session, actor, region), f"/enterprises?{urlencode(asked)}")
