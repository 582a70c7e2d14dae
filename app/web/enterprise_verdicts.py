"""The card of verdicts on a firm's page: how it stands under each policy today, and what is missing."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.permissions import can
from app.policies.actions import READ_VERDICT
from app.policies.answer import answer
from app.policies.presenting import VerdictView, present, supply_link, verdict_url
from app.policies.service.verdicts import Verdict, evaluate_all
from app.reference.queries import field_names
from app.web.enterprise_panels import Panel


@dataclass(frozen=True)
class VerdictCard:
    """One policy's verdict and the page that explains it."""

    view: VerdictView
    url: str


@dataclass(frozen=True)
class VerdictsPanel:
    """All policies in force today."""

    cards: tuple[VerdictCard, ...]


def panel(session: Session, actor: Actor, enterprise: Enterprise, now: datetime) -> Panel | None:
    """The card; nothing for those who may not read verdicts."""
    if not can(actor, READ_VERDICT, enterprise):
        return None
    names = field_names(session)
    cards = tuple(_card(enterprise, verdict, names) for verdict in evaluate_all(session, enterprise, today(now)))
    return Panel("web/policies/_panel.html", VerdictsPanel(cards))


def _card(enterprise: Enterprise, verdict: Verdict, names: dict[str, str]) -> VerdictCard:
    policy, on = verdict.evaluation.policy, verdict.evaluation.on
    link = supply_link(enterprise.uscc, policy.catalogue, on, policy.code)
    view = present(answer(verdict.evaluation), policy.catalogue, link, names=names)
    return VerdictCard(view, verdict_url(enterprise.uscc, policy.code, on))
