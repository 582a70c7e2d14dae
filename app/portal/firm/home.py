"""The enterprise's own pages: where we stand, one case, the conditions. Everything is read for the account's own firm."""

from dataclasses import dataclass, replace

from starlette.responses import Response

from app.cases.models import CaseFile
from app.cases.queries import list_of_enterprise_visible_to, policies_in_hand, programme_of
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.enterprises.queries import gone_words
from app.incentives.domain.steps import ADVISORY
from app.kit.i18n import _
from app.portal.actions import SEE_OWN
from app.portal.cases.view import Brief, CaseView, Person, brief_of, view_case
from app.portal.firm.conditions import PortalPolicyView, policy_views
from app.portal.firm.home_lines import CertificateLine, DueLine, certificate_lines, due_lines
from app.portal.firm.requests import request_lines
from app.portal.firm.support_view import CommissionerLine, PortalIncentiveLine, commissioner_lines, incentive_lines
from app.portal.shared.own import own_case, own_enterprise
from app.programmes.queries import load_catalogue

router = GuardedRouter(door="portal", prefix="/portal")


@dataclass(frozen=True)
class HomePage:
    """Where the firm stands: what ends and what is to be done by its day, the case in hand in full, the others by name.

    `waiting` is how many things wait for the firm.
    """

    enterprise: str
    gone: str
    waiting: int
    certificates: tuple[CertificateLine, ...]
    dues: tuple[DueLine, ...]
    case: CaseView | None
    others: tuple[Brief, ...]
    policies: tuple[PortalPolicyView, ...]
    commissioners: tuple[CommissionerLine, ...]
    incentives: tuple[PortalIncentiveLine, ...]
    advisory: str
    officer: Person | None
    office: str


@dataclass(frozen=True)
class PortalCasePage:
    """One case in full."""

    enterprise: str
    case: CaseView
    office: str


@dataclass(frozen=True)
class ConditionsPage:
    """All conditions of all policies in force."""

    enterprise: str
    policies: tuple[PortalPolicyView, ...]
    office: str


@router.get("", action=SEE_OWN)
def home(call: Call) -> Response:
    """Where we stand."""
    enterprise, on = own_enterprise(call.session, call.actor), call.on
    cases = list_of_enterprise_visible_to(call.session, call.actor, enterprise.id)
    catalogue = load_catalogue(call.session)
    programmes = {case.id: catalogue.get(case.programme_code, case.programme_version) for case in cases}
    briefs = [(brief_of(row, programmes[row.id]), row) for row in cases]
    pressing, others = _most_pressing_first(briefs)
    case = view_case(call.session, pressing, programmes[pressing.id], call.actor, on) if pressing else None
    dues = due_lines(call.session, cases, programmes, request_lines(call.session, enterprise.id, on), on)
    page = HomePage(
        enterprise=enterprise.name,
        gone=gone_words(call.session, enterprise),
        waiting=sum(line.open for line in dues) + sum(brief.is_theirs and not brief.ended for brief, _row in briefs),
        certificates=certificate_lines(call.session, enterprise.id, cases, programmes, on),
        dues=dues,
        case=replace(case, duties=()) if case else None,
        others=others,
        policies=policy_views(call.session, enterprise, on, policies_in_hand(catalogue, cases)),
        commissioners=commissioner_lines(call.session, enterprise.id, on),
        incentives=incentive_lines(call.session, enterprise),
        advisory=_(ADVISORY),
        officer=case.officer if case else None,
        office=call.settings.office,
    )
    return call.render("portal/home.html", page)


@router.get("/cases/{number}", action=SEE_OWN)
def case_page(call: Call, number: str) -> Response:
    """One of the own cases; another firm's is not found."""
    case = own_case(call.session, call.actor, number)
    view = view_case(call.session, case, programme_of(call.session, case), call.actor, call.on)
    page = PortalCasePage(case.enterprise.name, view, call.settings.office)
    return call.render("portal/case.html", page)


@router.get("/conditions", action=SEE_OWN)
def conditions_page(call: Call) -> Response:
    """Every condition, what is missing first."""
    enterprise = own_enterprise(call.session, call.actor)
    cases = list_of_enterprise_visible_to(call.session, call.actor, enterprise.id)
    policies = policy_views(call.session, enterprise, call.on, policies_in_hand(load_catalogue(call.session), cases))
    return call.render("portal/conditions.html", ConditionsPage(enterprise.name, policies, call.settings.office))


def _most_pressing_first(cases: list[tuple[Brief, CaseFile]]) -> tuple[CaseFile | None, tuple[Brief, ...]]:
    """The case that waits for the firm, else the newest open one, else the newest of all; and the others by name."""
    ordered = sorted(cases, key=lambda pair: (pair[0].ended, not pair[0].is_theirs))
    return (ordered[0][1] if ordered else None), tuple(brief for brief, _row in ordered[1:])
