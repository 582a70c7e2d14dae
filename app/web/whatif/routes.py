"""政策 · 假设推演: other numbers of a version, other figures, and at once who would pass. Nothing is saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.permissions import can
from app.policies.actions import PUBLISH, WHAT_IF
from app.policies.domain.language.builder import PolicyFileError
from app.policies.domain.language.drafts import Data, changed, draft_policy, numbers
from app.policies.domain.language.policy import Policy, PolicySubject
from app.policies.domain.language.succession import NATION, area_of, concerns
from app.policies.models import PolicyVersion
from app.policies.places import get_shown
from app.policies.queries import get_catalogue, get_version, policy_of
from app.policies.settings import Settings, known_settings, settings_in_force
from app.policies.whatif.effects import Effect, effect_of
from app.policies.whatif.register import REGISTERS
from app.policies.whatif.scenario import NUMBER, Scenario, read_scenario
from app.policies.whatif.shelf import RegisterShelf
from app.web.shared.gone_firms import gone_firms
from app.web.shared.policy_words import place_names, version_url
from app.web.whatif.budget import budget_of
from app.web.whatif.fields import field_groups
from app.web.whatif.pages import FLIPS, STANDINGS, FlipFilter, Outcomes, WhatIfPage, outcomes_of

router = GuardedRouter(door="web", prefix="/policies/{code}")

_OWN = {"on", "flip", "after"}
LONGEST = 40


@router.get("/what-if", action=WHAT_IF, slow=True)
def what_if_here(call: Call, code: str) -> Response:
    """The what-if of the version in force here."""
    row = get_shown(call.session, code, call.on, call.actor.region_prefix)
    return _respond(call, row)


@router.get("/{jurisdiction}/{version}/what-if", action=WHAT_IF, slow=True)
def what_if_of_version(call: Call, code: str, jurisdiction: str, version: str) -> Response:
    """The what-if of one version."""
    return _respond(call, get_version(call.session, code, jurisdiction, version))


def _respond(call: Call, row: PolicyVersion) -> Response:
    shelf = RegisterShelf.within(call.request.app.state.settings.data_dir)
    page = what_if_page(call.session, call.actor, row, _given(call), call.on, shelf)
    fragment = "hx-request" in call.request.headers  # the page swaps it in, whatever it says
    return call.render("web/whatif/page.html", page, status=200 if page.outcomes or fragment else 422)


def _given(call: Call) -> dict[str, str]:
    """The parameters of the address, the last of each name; overlong ones cannot be numbers."""
    return {name: value.strip()[:LONGEST] for name, value in call.request.query_params.items()}


# -- the page ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Ground:
    """What a scenario is put on: a version, the place and day it is decided for, and what the bureau has set."""

    row: PolicyVersion
    policy: Policy
    data: Data
    region: str
    on: date
    settings: Settings
    shelf: RegisterShelf | None


def what_if_page(
    session: Session, actor: Actor, row: PolicyVersion, given: Mapping[str, str], day: date, shelf: RegisterShelf
) -> WhatIfPage:
    """The form with what is typed, and what comes of it; `shelf` has registers for `day`, which is today."""
    errors: dict[str, list[str]] = {}
    on = _day(given.get("on"), day, errors)
    ground = _ground(session, actor, row, on, shelf if on == day else None)
    found = numbers(ground.data)
    in_force = {key.code: known.value for key, known in known_settings(ground.policy, ground.settings).items()}
    scenario = read_scenario(ground.policy, found, in_force, given)
    errors |= dict(scenario.errors)
    outcomes = None if errors else _outcomes(session, actor, ground, scenario, _asked(row, given, ground.on), errors)
    action = f"{version_url(row)}/what-if"
    place = ground.region or NATION
    return WhatIfPage(
        code=row.code,
        title=str(ground.policy.title),
        version=row.version,
        version_url=version_url(row),
        place=place_names(session, [place]).get(place, place),
        on=ground.on,
        groups=field_groups(ground.policy, found, ground.settings, given),
        form=Bound(None, dict(given), errors),
        action=action,
        address=_asked(row, given, ground.on).url(),
        assumptions=len(scenario.changes) + len(scenario.settings) + len(scenario.growth),
        outcomes=outcomes,
        publish_url=_publish_url(actor, row, scenario, given) if outcomes else "",
        gone=gone_firms(session, actor, ground.region),
    )


def _ground(session: Session, actor: Actor, row: PolicyVersion, on: date, shelf: RegisterShelf | None) -> _Ground:
    policy = policy_of(session, row)
    if policy.subject is not PolicySubject.ENTERPRISE:
        raise NotFound("policies.what_if", _("假设推演只适用于以企业为对象的政策。"))
    if not concerns(row.jurisdiction, actor.region_prefix):
        raise NotFound("policies.version", _("这个版本不适用于您的辖区。"))
    region = max(area_of(row.jurisdiction), actor.region_prefix, key=len)
    settings = settings_in_force(session, policy, on, region)
    return _Ground(row, policy, yaml.safe_load(row.text), region, on, settings, shelf)


def _outcomes(
    session: Session, actor: Actor, ground: _Ground, scenario: Scenario, asked: FlipFilter, errors: dict[str, list[str]]
) -> Outcomes | None:
    try:
        draft = draft_policy(changed(ground.data, scenario.changes), get_catalogue(session))
    except PolicyFileError as error:
        errors |= _wrong_bands(error, scenario)
        return None
    effect = _effect(session, ground, draft, scenario)
    return outcomes_of(session, effect, budget_of(session, actor, effect), asked)


def _effect(session: Session, ground: _Ground, draft: Policy, scenario: Scenario) -> Effect:
    register = REGISTERS.get(session, ground.region, ground.on, ground.shelf)
    in_force = {key.code: known.value for key, known in known_settings(ground.policy, ground.settings).items()}
    return effect_of(register, ground.policy, draft, scenario, in_force)


def _wrong_bands(error: PolicyFileError, scenario: Scenario) -> dict[str, list[str]]:
    """Bands that no longer fit together, said beside the ends that were moved."""
    message = _("分档不再衔接：每一档的上限须大于下限。")
    owners = {str(problem.place[1]) for problem in error.problems if len(problem.place) > 1}
    moved = [key for key in scenario.changes if key.endswith(".end")]
    mine = [key for key in moved if key.partition(".")[0] in owners] or moved or list(scenario.changes)
    return {NUMBER + key: [message] for key in mine}


def _day(text: str | None, day: date, errors: dict[str, list[str]]) -> date:
    if not text:
        return day
    try:
        return date.fromisoformat(text)
    except ValueError:
        errors["on"] = [_("日期不存在或格式不正确，请按 2021-06-30 填写。")]
        return day


def _asked(row: PolicyVersion, given: Mapping[str, str], on: date) -> FlipFilter:
    flip, after = given.get("flip", ""), given.get("after", "")
    query = {name: value for name, value in given.items() if value and name not in _OWN}
    return FlipFilter(
        action=f"{version_url(row)}/what-if",
        query={"on": on.isoformat(), **query},
        flip=flip if flip in FLIPS or flip in STANDINGS else "",
        after=int(after) if after.isascii() and after.isdigit() and len(after) < 18 else 0,
    )


def _publish_url(actor: Actor, row: PolicyVersion, scenario: Scenario, given: Mapping[str, Any]) -> str:
    """Where these numbers become the bureau's version; "" for those who may not."""
    if not can(actor, PUBLISH):
        return ""
    query = {NUMBER + key: given[NUMBER + key] for key in scenario.changes}
    return FlipFilter(f"{version_url(row)}/publish", query).url()
