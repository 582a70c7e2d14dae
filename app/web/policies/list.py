"""政策: the rules in plain words, version by version, how sure we are of each value, and where they are used."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.policies.actions import READ
from app.policies.places import get_shown
from app.policies.queries import get_version, list_versions
from app.web.policies.pages import policies_view, policy_view

router = GuardedRouter(door="web", prefix="/policies")


@router.get("", action=READ)
def policies_page(call: Call) -> Response:
    """All policies, by whom they are about, with what is in force here today."""
    page = policies_view(call.session, call.actor, list_versions(call.session), call.on)
    return call.render("web/policies/list.html", page)


@router.get("/{code}", action=READ)
def policy_page(
    call: Call,
    code: str,
    version: Annotated[str | None, Query(max_length=16)] = None,
    jurisdiction: Annotated[str, Query(max_length=12)] = "CN",
) -> Response:
    """One version; without `version` the one in force here today, or else the newest."""
    on = call.on
    if version is None:
        row = get_shown(call.session, code, on, call.actor.region_prefix)
    else:
        row = get_version(call.session, code, jurisdiction, version)
    page = policy_view(call.session, call.actor, row, list_versions(call.session, code), on)
    return call.render("web/policies/policy.html", page)


@router.get("/{code}/{jurisdiction}/{version}", action=READ)
def policy_version_page(call: Call, code: str, jurisdiction: str, version: str) -> Response:
    """One version by its address."""
    row = get_version(call.session, code, jurisdiction, version)
    page = policy_view(call.session, call.actor, row, list_versions(call.session, code), call.on)
    return call.render("web/policies/policy.html", page)
