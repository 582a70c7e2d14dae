"""Policies for machines: what they ask for, evaluations of told facts, verdicts on firms."""

import re
from datetime import date
from itertools import groupby
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import Field, field_validator
from starlette.responses import Response

from app.accounts.actions import PUBLIC
from app.api.answers import ClientCall, Json, NoParameters, Nothing, Shown
from app.api.policy_operations import evaluation_operation, policies_operation, policy_operation, verdicts_operation
from app.doors.api.strict_json import parse_object
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.enterprises.queries import get_by_uscc_visible_to
from app.exchange.service import VERDICTS_CHANNEL
from app.kit.errors import Invalid
from app.kit.i18n import _
from app.policies.actions import EVALUATE, PULL_VERDICTS
from app.policies.answer import answer
from app.policies.json_schema import facts_schema
from app.policies.models import PolicyVersion, StoredVerdict
from app.policies.plan_answer import answer_with_plan
from app.policies.queries import get_in_force, get_policy, list_stored, list_versions, policy_of
from app.policies.service.verdicts import evaluate_all, evaluate_enterprise, evaluate_stated
from app.policies.settings import settings_in_force

router = GuardedRouter(door="api", prefix="/api/v1", tags=["policies"])

Code = Annotated[str, Path(max_length=48, description="policy, such as high-tech-enterprise")]
Uscc = Annotated[str, Path(max_length=40, description="present or former code")]


class DayParameters(NoParameters):
    """Which day; a bad date is refused, never ignored."""

    on: Annotated[date | None, Field(description="application date, ISO 8601; default today in Shanghai")] = None

    @field_validator("on", mode="before")
    @classmethod
    def _written_out(cls, value: Any) -> Any:
        if value is not None and not (isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII)):
            raise ValueError(_("日期应写成 2021-06-30 的形式。"))
        return value


class VerdictParameters(DayParameters):
    """Which policy, on which day."""

    policy: Annotated[str | None, Field(max_length=48, description="default: every policy in force")] = None


class PlaceParameters(NoParameters):
    """For which place: where several jurisdictions hold a version, the most specific one for it applies."""

    region: Annotated[
        str | None, Field(pattern=r"^\d{2,12}$", description="region code, such as 429005; default the client's region")
    ] = None


class PolicyParameters(DayParameters, PlaceParameters):
    """On which day, and for which place."""


PolicyQuery = Annotated[PolicyParameters, Query()]
PlaceQuery = Annotated[PlaceParameters, Query()]
VerdictQuery = Annotated[VerdictParameters, Query()]


@router.get("/policies", action=PUBLIC, response_class=Json, **policies_operation())
def list_policies(call: Call, _wanted: Nothing, shown: Shown) -> Response:
    """Every published policy."""
    families = groupby(list_versions(call.session), key=lambda row: row.code)
    return shown.of({"items": [_policy(code, list(rows)) for code, rows in families]})


@router.get("/policies/{code}", action=PUBLIC, response_class=Json, **policy_operation())
def get_one_policy(call: Call, code: Code, wanted: PolicyQuery, shown: Shown) -> Response:
    """One policy, with the facts that its version in force on a day asks for."""
    row = get_in_force(call.session, code, wanted.on or call.on, wanted.region or "")
    policy = policy_of(call.session, row)
    found = _policy(code, list(list_versions(call.session, code)))
    return shown.of(found | {"subject": policy.subject.value, "version": policy.version, "facts": facts_schema(policy)})


@router.post(
    "/policies/{code}/evaluations", action=EVALUATE, reads_only=True, response_class=Json, **evaluation_operation()
)
def evaluate_policy(call: ClientCall, code: Code, wanted: PlaceQuery) -> Response:
    """Decide told facts, with what would have to change; nothing is kept."""
    on, facts = _request(parse_object(call.body))
    region = wanted.region or call.actor.region_prefix
    policy = get_policy(call.session, code, on, region)
    settings = settings_in_force(call.session, policy, on, region)
    return Json(answer_with_plan(evaluate_stated(policy, facts, on, settings)))


@router.get("/enterprises/{uscc}/verdicts", action=PULL_VERDICTS, response_class=Json, **verdicts_operation())
def list_verdicts(call: ClientCall, uscc: Uscc, wanted: VerdictQuery, shown: Shown) -> Response:
    """The verdicts on one firm of the client's region."""
    enterprise = get_by_uscc_visible_to(call.session, call.actor, uscc)
    on = wanted.on or call.on
    if wanted.policy is None:
        verdicts = evaluate_all(call.session, enterprise, on)
    else:
        verdicts = [evaluate_enterprise(call.session, enterprise, wanted.policy, on)]
    kept = {row.policy_code: row for row in reversed(list_stored(call.session, enterprise.id, on=on))}
    items = [
        answer(verdict.evaluation) | {"uscc": enterprise.uscc, "stored": _stored(kept.get(verdict.version.code))}
        for verdict in verdicts
    ]
    call.note_reading(VERDICTS_CHANNEL, len(items))
    return shown.of({"items": items})


# -- shapes -----------------------------------------------------------------------------------------------------------


def _policy(code: str, rows: list[PolicyVersion]) -> dict[str, Any]:
    return {
        "code": code,
        "title": {"zh": rows[0].title_zh, "en": rows[0].title_en},
        "versions": [
            {
                "jurisdiction": row.jurisdiction,
                "version": row.version,
                "effective_from": row.effective_from,
                "effective_to": row.effective_to,
                "supersedes": row.supersedes,
                "origin": row.origin,
                "sha256": row.sha256,
            }
            for row in rows
        ],
    }


def _stored(row: StoredVerdict | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        "id": row.id,
        "reason": row.reason,
        "outcome": row.outcome,
        "version": row.result["version"],
        "stored_at": row.stored_at,
        "sha256": row.sha256,
    }


def _request(body: dict[str, Any]) -> tuple[date, dict[str, Any]]:
    """The day and the facts; raises `Invalid` that names what is wrong."""
    messages = {key[:60]: _("不认识这一项；只接受 on 和 facts。") for key in body if key not in {"on", "facts"}}
    on = _day(body.get("on"))
    if on is None:
        messages["on"] = _("应为日期，如 2021-06-30。")
    facts = body.get("facts")
    if not isinstance(facts, dict):
        messages["facts"] = _("应为 JSON 对象，以事实代码为键。")
    if messages or on is None or not isinstance(facts, dict):
        names = "、".join(messages)
        raise Invalid("policies.request", _("请求内容有误：%(names)s。") % {"names": names}, messages)
    return on, facts


def _day(value: Any) -> date | None:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None
