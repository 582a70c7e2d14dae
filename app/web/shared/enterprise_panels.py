"""What upper slices show on a firm's page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from app.cases.models import CaseFile
from app.cases.queries import list_of_enterprise_visible_to
from app.enterprises.models import Enterprise
from app.kit.actor import Actor
from app.kit.db import composition_of
from app.kit.slices import Port
from app.programmes.queries import Catalogue, load_catalogue

Place = Literal["main", "side"]


@dataclass(frozen=True)
class Panel:
    """A card of another slice: its template (it sees `panel`, `chrome` and `page`), what the template shows, and where."""

    template: str
    content: Any
    place: Place = "main"


@dataclass(frozen=True)
class FirmRead:
    """What several cards show, read once: the firm, its cases that the actor sees (the newest first), the catalogue."""

    enterprise: Enterprise
    cases: Sequence[CaseFile]
    catalogue: Catalogue


#: `panel(session, actor, firm, now)`; None when the actor may see nothing of it.
Builder = Callable[[Session, Actor, FirmRead, datetime], Panel | None]

PANELS: Port[Builder] = Port("panel of a firm's page", Callable)


def read_firm(session: Session, actor: Actor, enterprise: Enterprise) -> FirmRead:
    """What the cards share; two queries."""
    cases = list_of_enterprise_visible_to(session, actor, enterprise.id)
    return FirmRead(enterprise, cases, load_catalogue(session))


def panels_for(session: Session, actor: Actor, firm: FirmRead, now: datetime) -> tuple[Panel, ...]:
    """Every slice's card about the firm, in order."""
    built = (build(session, actor, firm, now) for build in composition_of(session).of(PANELS))
    return tuple(panel for panel in built if panel is not None)
