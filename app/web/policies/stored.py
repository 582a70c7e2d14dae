"""A kept verdict in the words in which it was stored, and what an officer decided instead of it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases.domain.state import CaseState
from app.cases.models import CaseFile
from app.cases.service.overriding import keep_verdict_now, override_case_verdict, take_back_case_override
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, empty
from app.enterprises.models import Enterprise
from app.enterprises.queries import get_by_uscc_visible_to
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.permissions import can
from app.policies.actions import OVERRIDE, READ_VERDICT
from app.policies.inputs import InputLine, stored_input_lines, with_names
from app.policies.models import PolicyVersion, StoredVerdict
from app.policies.plan_presentation import GapPlanView, present_plan
from app.policies.presentation import VerdictView, present, verdict_url
from app.policies.queries import find_newest_of_case, get_stored, policy_of
from app.policies.schemas import OverrideInput, TakeBackInput
from app.policies.service.verdicts import explain_again, is_intact
from app.reference.queries import code_names
from app.web.shared.override_lines import VerdictOverrideLine, in_force, override_lines
from app.web.shared.policy_words import version_url

router = GuardedRouter(door="web")

_STORED = "/enterprises/{uscc}/verdicts/{policy}/stored/{verdict_id}"


@dataclass(frozen=True)
class Refused:
    """The forms as they were refused, of a new override and of taking one back."""

    override: Bound[Any]
    taking_back: Bound[Any]


@dataclass(frozen=True)
class StoredPage:
    """A verdict in the words in which it was stored; `case` is the one it was kept for."""

    enterprise: Enterprise
    view: VerdictView
    plan: GapPlanView | None
    inputs: tuple[InputLine, ...]
    stored: StoredVerdict
    url: str
    current_url: str
    policy_url: str
    intact: bool
    same_again: bool
    case: CaseFile | None
    overrides: tuple[VerdictOverrideLine, ...]
    override: VerdictOverrideLine | None
    may_override: bool
    may_take_back: bool
    forms: Refused


@router.get(_STORED, action=READ_VERDICT)
def show_stored(call: Call, uscc: str, policy: str, verdict_id: int) -> Response:
    """The kept verdict, years later."""
    enterprise, stored = _get(call.session, call.actor, uscc, policy, verdict_id)
    return _show(call, enterprise, stored)


@router.post(f"{_STORED}/override", action=OVERRIDE)
def override(call: Call, uscc: str, policy: str, verdict_id: int) -> Response:
    """Decide otherwise than the kept verdict."""
    enterprise, stored = _get(call.session, call.actor, uscc, policy, verdict_id)
    number = _case_number(call.session, stored)
    return call.submit(
        OverrideInput,
        lambda data: override_case_verdict(call.session, **call.by, number=number, verdict_id=stored.id, data=data),
        done=lambda _done: call.redirect(_url(enterprise, stored), good=_("已另作决定，原判定保留可查。")),
        again=lambda bound: _show(call, enterprise, stored, Refused(bound, empty())),
    )


@router.post(f"{_STORED}/overrides/{{override_id}}/take-back", action=OVERRIDE)
def take_back(call: Call, uscc: str, policy: str, verdict_id: int, override_id: int) -> Response:
    """Let the kept verdict speak again."""
    enterprise, stored = _get(call.session, call.actor, uscc, policy, verdict_id)
    number = _case_number(call.session, stored)
    return call.submit(
        TakeBackInput,
        lambda data: take_back_case_override(
            call.session, **call.by, number=number, override_id=override_id, data=data
        ),
        done=lambda _done: call.redirect(
            _url(enterprise, stored), good=_("已撤回，恢复按判定结果办理；两者都保留可查。")
        ),
        again=lambda bound: _show(call, enterprise, stored, Refused(empty(), bound)),
    )


@router.post("/cases/{number}/verdicts/{policy}", action=OVERRIDE)
def keep_now(call: Call, number: str, policy: str) -> Response:
    """Keep the verdict on a case as its facts stand now, to decide upon it."""
    stored = keep_verdict_now(call.session, **call.by, number=number, policy=policy)
    enterprise = call.session.get_one(Enterprise, stored.enterprise_id)
    return call.redirect(_url(enterprise, stored), good=_("已留存现在的判定。"))


# -- parts ------------------------------------------------------------------------------------------------------------


def _get(session: Session, actor: Actor, uscc: str, policy: str, verdict_id: int) -> tuple[Enterprise, StoredVerdict]:
    enterprise = get_by_uscc_visible_to(session, actor, uscc)
    stored = get_stored(session, enterprise.id, verdict_id)
    if stored.policy_code != policy:
        raise NotFound("policies.stored", _("没有这条判定记录。"))
    return enterprise, stored


def _case_number(session: Session, stored: StoredVerdict) -> str:
    case = session.get(CaseFile, stored.case_id) if stored.case_id else None
    if case is None:
        raise NotFound("policies.override.no_case", _("这份判定不属于任何办件，不能另作决定。"))
    return case.number


def _url(enterprise: Enterprise, stored: StoredVerdict) -> str:
    return f"{verdict_url(enterprise.uscc, stored.policy_code)}/stored/{stored.id}"


def _show(call: Call, enterprise: Enterprise, stored: StoredVerdict, refused: Refused | None = None) -> Response:
    page = _page(call.session, call.actor, enterprise, stored, refused or Refused(empty(), empty()))
    return call.render("web/policies/stored.html", page)


def _page(session: Session, actor: Actor, enterprise: Enterprise, stored: StoredVerdict, forms: Refused) -> StoredPage:
    version = session.get_one(PolicyVersion, stored.policy_version_id)
    policy, names = policy_of(session, version), code_names(session, enterprise.region_code)
    case = session.get(CaseFile, stored.case_id) if stored.case_id else None
    made = override_lines(session, [stored.id]).get(stored.id, ())
    override, may = in_force(made), case is not None and can(actor, OVERRIDE, enterprise)
    return StoredPage(
        enterprise=enterprise,
        view=present(stored.result, policy.catalogue, names=names),
        plan=present_plan(stored.result, policy.catalogue, names=names),
        inputs=with_names(stored_input_lines(policy, stored.inputs), policy.catalogue, names),
        stored=stored,
        url=_url(enterprise, stored),
        current_url=verdict_url(enterprise.uscc, stored.policy_code, stored.on_day),
        policy_url=version_url(version),
        intact=is_intact(session, stored),
        same_again=_says_the_same(explain_again(session, stored), stored.result),
        case=case,
        overrides=made,
        override=override,
        may_override=may and override is None and _decidable(session, case, stored),
        may_take_back=may and override is not None,
        forms=forms,
    )


def _says_the_same(again: Any, kept: Any) -> bool:
    """Whether all that was kept is said again; an answer, and a plan in it, may have learned to say more since."""
    if isinstance(again, dict) and isinstance(kept, dict):
        return all(key in again and _says_the_same(again[key], kept[key]) for key in kept)
    return bool(again == kept)


def _decidable(session: Session, case: CaseFile | None, stored: StoredVerdict) -> bool:
    """Whether it is the newest verdict kept for an open case."""
    if case is None or case.state != CaseState.OPEN:
        return False
    newest = find_newest_of_case(session, case.id, stored.policy_code)
    return newest is not None and newest.id == stored.id
