"""One firm under one policy on any day: why, what is missing, what somebody must state; and the verdicts kept."""

from datetime import date
from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound
from app.enterprises.queries import get_by_uscc_visible_to
from app.kit.i18n import _
from app.policies.actions import READ_VERDICT, STATE_FACT
from app.policies.presentation import verdict_url
from app.policies.queries import get_catalogue
from app.policies.service.statements import state_fact, withdraw_statement
from app.policies.service.verdicts import evaluate_enterprise
from app.web.policies.verdict_pages import StatementForm, VerdictSubject, plan_page, verdict_page

router = GuardedRouter(door="web", prefix="/enterprises/{uscc}/verdicts")

OnDay = Annotated[date | None, Query(description="application date; default today")]


@router.get("/{policy}", action=READ_VERDICT)
def show_verdict(call: Call, uscc: str, policy: str, on: OnDay = None) -> Response:
    return _show(call, VerdictSubject(uscc, policy, on or call.on))


@router.get("/{policy}/plan", action=READ_VERDICT)
def show_plan(call: Call, uscc: str, policy: str, on: OnDay = None) -> Response:
    """What has to change: asked for by the verdict page once it stands, because it takes longer to reckon."""
    enterprise = get_by_uscc_visible_to(call.session, call.actor, uscc)
    verdict = evaluate_enterprise(call.session, enterprise, policy, on or call.on)
    fragment = call.request.headers.get("hx-request") == "true"
    template = "web/policies/_plan_fragment.html" if fragment else "web/policies/plan.html"
    return call.render(template, plan_page(call.session, enterprise, verdict))


@router.post("/{policy}/statements", action=STATE_FACT)
def add_statement(call: Call, uscc: str, policy: str, on: OnDay = None) -> Response:
    firm = VerdictSubject(uscc, policy, on or call.on)
    enterprise = get_by_uscc_visible_to(call.session, call.actor, uscc)
    catalogue = get_catalogue(call.session)
    return call.submit(
        StatementForm,
        lambda model: state_fact(call.session, **call.by, enterprise=enterprise, data=model.data(catalogue)),
        done=lambda _done: call.redirect(verdict_url(uscc, policy, firm.on), good=_("已登记说明，判定已按它更新。")),
        again=lambda bound: _show(call, firm, bound),
    )


@router.post("/{policy}/statements/{statement_id}/withdraw", action=STATE_FACT)
def take_back(call: Call, uscc: str, policy: str, statement_id: int, on: OnDay = None) -> Response:
    enterprise = get_by_uscc_visible_to(call.session, call.actor, uscc)
    withdraw_statement(call.session, **call.by, enterprise=enterprise, statement_id=statement_id)
    return call.redirect(verdict_url(uscc, policy, on), good=_("已撤回说明。"))


def _show(call: Call, firm: VerdictSubject, bound: Bound[StatementForm] | None = None) -> Response:
    enterprise = get_by_uscc_visible_to(call.session, call.actor, firm.uscc)
    verdict = evaluate_enterprise(call.session, enterprise, firm.policy, firm.on)
    page = verdict_page(call.session, call.actor, enterprise, verdict, call.now, bound)
    return call.render("web/policies/verdict.html", page)
