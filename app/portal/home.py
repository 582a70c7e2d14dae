"""The enterprise's own pages: where we stand, one case, the conditions. Everything is read for the account's own firm."""

from dataclasses import dataclass

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases.queries import get_visible_to, list_of_enterprise_visible_to, policies_in_hand
from app.doors.deps import AppSettings, CurrentActor, DbSession, Now
from app.doors.pages import render
from app.doors.router import GuardedRouter
from app.enterprises.models import Enterprise
from app.enterprises.queries import get_visible_to as get_enterprise_visible_to
from app.incentives.domain.steps import ADVISORY
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.i18n import _
from app.portal.actions import SEE_OWN
from app.portal.case_view import CaseView, Person, view_case
from app.portal.conditions import PolicyView, policy_views
from app.portal.support_view import CommissionerLine, IncentiveLine, commissioner_lines, incentive_lines

router = GuardedRouter(door="portal", prefix="/portal")


@dataclass(frozen=True)
class HomePage:
    """Where the firm stands: the case in hand in full, the others by name, then what stands around them."""

    enterprise: str
    case: CaseView | None
    others: tuple[CaseView, ...]
    policies: tuple[PolicyView, ...]
    commissioners: tuple[CommissionerLine, ...]
    incentives: tuple[IncentiveLine, ...]
    advisory: str
    officer: Person | None
    office: str


@dataclass(frozen=True)
class CasePage:
    """One case in full."""

    enterprise: str
    case: CaseView
    office: str


@dataclass(frozen=True)
class ConditionsPage:
    """All conditions of all policies in force."""

    enterprise: str
    policies: tuple[PolicyView, ...]
    office: str


@router.get("", action=SEE_OWN)
def home(request: Request, session: DbSession, actor: CurrentActor, settings: AppSettings, now: Now) -> Response:
    """Where we stand."""
    enterprise, on = _own_enterprise(session, actor), today(now)
    cases = list_of_enterprise_visible_to(session, actor, enterprise.id)
    views = [view_case(session, row, on) for row in cases]
    case, others = _most_pressing_first(views)
    page = HomePage(
        enterprise=enterprise.name,
        case=case,
        others=others,
        policies=policy_views(session, enterprise, on, policies_in_hand(session, cases)),
        commissioners=commissioner_lines(session, enterprise.id, on),
        incentives=incentive_lines(session, enterprise),
        advisory=_(ADVISORY),
        officer=case.officer if case else None,
        office=settings.office,
    )
    return render(request, "portal/home.html", page)


@router.get("/cases/{number}", action=SEE_OWN)
def case_page(
    request: Request, session: DbSession, actor: CurrentActor, settings: AppSettings, now: Now, number: str
) -> Response:
    """One of the own cases; another firm's is not found."""
    case = get_visible_to(session, actor, number)
    page = CasePage(case.enterprise.name, view_case(session, case, today(now)), settings.office)
    return render(request, "portal/case.html", page)


@router.get("/conditions", action=SEE_OWN)
def conditions_page(
    request: Request, session: DbSession, actor: CurrentActor, settings: AppSettings, now: Now
) -> Response:
    """Every condition, what is missing first."""
    enterprise = _own_enterprise(session, actor)
    cases = list_of_enterprise_visible_to(session, actor, enterprise.id)
    policies = policy_views(session, enterprise, today(now), policies_in_hand(session, cases))
    return render(request, "portal/conditions.html", ConditionsPage(enterprise.name, policies, settings.office))


def _own_enterprise(session: Session, actor: Actor) -> Enterprise:
    return get_enterprise_visible_to(session, actor, actor.enterprise_id or 0)


def _most_pressing_first(views: list[CaseView]) -> tuple[CaseView | None, tuple[CaseView, ...]]:
    """The case that waits for the firm, else the newest open one, else the newest of all; and the others."""
    ordered = sorted(views, key=lambda view: (view.ended, not view.is_theirs))
    return (ordered[0] if ordered else None), tuple(ordered[1:])
