"""The card of verdicts on a firm's page: how it stands under each policy today, and what is missing."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.cases.queries import policies_in_hand
from app.enterprises.models import Enterprise
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.i18n import _
from app.kit.permissions import can
from app.policies.actions import READ_VERDICT
from app.policies.presentation import ClauseView, VerdictView, present_known, supply_link, verdict_url
from app.policies.service.verdicts import Verdict, evaluate_all
from app.reference.queries import code_names
from app.web.shared.enterprise_panels import FirmRead, Panel

_SHOWN_CLAUSES = 3
_SHOWN_CARDS = 3
_FIRST = {"unmet": 0, "unknown": 1}


@dataclass(frozen=True)
class PolicyVerdictCard:
    """One policy's verdict: the conditions nearest to being met, how many more are open, the page that explains all."""

    view: VerdictView
    url: str
    in_hand: bool
    nearest: tuple[ClauseView, ...]
    more: int


@dataclass(frozen=True)
class VerdictsPanel:
    """All policies in force today: those of open cases first, then the nearest; `folded` are the others."""

    cards: tuple[PolicyVerdictCard, ...]
    folded: tuple[PolicyVerdictCard, ...]


def panel(session: Session, actor: Actor, firm: FirmRead, now: datetime) -> Panel | None:
    """The card; nothing for those who may not read verdicts."""
    enterprise = firm.enterprise
    if not can(actor, READ_VERDICT, enterprise):
        return None
    verdicts = evaluate_all(session, enterprise, today(now))
    if not verdicts:
        return None
    names = code_names(session, enterprise.region_code)
    in_hand = policies_in_hand(firm.catalogue, firm.cases)
    cards = sorted((_card(enterprise, verdict, names, in_hand) for verdict in verdicts), key=_order)
    shown = max(_SHOWN_CARDS, sum(card.in_hand for card in cards))
    return Panel("web/policies/_panel.html", VerdictsPanel(tuple(cards[:shown]), tuple(cards[shown:])))


def _order(card: PolicyVerdictCard) -> tuple[bool, int, int]:
    return not card.in_hand, card.view.unmet + card.view.unknown, card.view.unmet


def _card(
    enterprise: Enterprise, verdict: Verdict, names: dict[str, str], in_hand: frozenset[str]
) -> PolicyVerdictCard:
    policy, on = verdict.evaluation.policy, verdict.evaluation.on
    link = supply_link(enterprise.uscc, policy.catalogue, on, policy.code)
    view = present_known(verdict.evaluation, verdict.gathered, link, names=names)
    nearest = nearest_clauses(view)
    return PolicyVerdictCard(
        view=view,
        url=verdict_url(enterprise.uscc, policy.code, on),
        in_hand=policy.code in in_hand,
        nearest=nearest[:_SHOWN_CLAUSES],
        more=max(0, len(nearest) - _SHOWN_CLAUSES),
    )


def nearest_clauses(view: VerdictView) -> tuple[ClauseView, ...]:
    """The open conditions: unmet ones first, those whose gap is known before the others; what is lacking as their note."""
    found = [_with_lack(clause) for clause in view.clauses if clause.outcome in _FIRST]
    return tuple(sorted(found, key=lambda clause: (_FIRST[clause.outcome], not clause.gap)))


def _with_lack(clause: ClauseView) -> ClauseView:
    """The condition with what it lacks instead of its note, without the reference: a card is short."""
    lacking = _("、").join(fact.label for fact in clause.missing[:2])
    if len(clause.missing) > 2:
        lacking = _("%(facts)s 等 %(n)s 项") % {"facts": lacking, "n": len(clause.missing)}
    note = _("还缺：%(facts)s") % {"facts": lacking} if lacking and clause.outcome == "unknown" else ""
    return replace(clause, reference="", note=note)
