"""One case for machines: where it stands and what is missing for its next step, the list that the pages show too."""

from typing import Annotated, Any, get_args

from fastapi import Path
from starlette.responses import Response

from app.api.answers import ClientCall, Json, Nothing, Shown
from app.api.schemas import ref
from app.cases.actions import READ
from app.cases.domain.need_words import need_grounds, need_text
from app.cases.domain.needs import Level, Need, NeedKind, Supplier, needs_of, next_action, waits_for
from app.cases.domain.state import CaseState
from app.cases.queries import get_visible_to, programme_of
from app.cases.supplies import load_supplies
from app.doors.calls.router import GuardedRouter
from app.kit.i18n import use_locale
from app.programmes.domain.definition import Programme

router = GuardedRouter(door="api", prefix="/api/v1", tags=["records"])

Number = Annotated[str, Path(max_length=24, description="case number")]

_NEED: dict[str, Any] = {
    "type": "object",
    "description": "Something missing before the next step",
    "required": ["kind", "code", "level", "by", "year", "count", "due_on", "text", "text_en", "grounds"],
    "properties": {
        "kind": {"enum": list(get_args(NeedKind))},
        "code": {"type": "string", "description": "of the material, question, milestone, department …"},
        "level": {"enum": list(get_args(Level)), "description": "now: the step is refused without it"},
        "by": {"enum": list(get_args(Supplier)), "description": "who supplies it"},
        "year": {"type": ["integer", "null"], "description": "fiscal year"},
        "count": {"type": "integer"},
        "due_on": {"type": ["string", "null"], "format": "date"},
        "text": {"type": "string"},
        "text_en": {"type": "string"},
        "grounds": {"type": "string", "description": "document and clause, or empty"},
    },
}
SCHEMAS: dict[str, Any] = {
    "Need": _NEED,
    "CaseMissing": {
        "type": "object",
        "required": ["number", "stage", "state", "next_step", "missing"],
        "properties": {
            "number": {"type": "string"},
            "stage": {"type": "string"},
            "state": {"enum": [str(state) for state in CaseState]},
            "next_step": {"type": ["string", "null"], "description": "the action on the smooth run; null at an end"},
            "missing": {"type": "array", "items": ref("Need")},
        },
    },
}
_EXAMPLE = {
    "number": "QJ-GQ-2021-0047",
    "stage": "filing",
    "state": "open",
    "next_step": "submit",
    "missing": [
        {
            "kind": "material",
            "code": "audited-reports",
            "level": "now",
            "by": "enterprise",
            "year": 2020,
            "count": 1,
            "due_on": None,
            "text": "2020 年度 审计报告（示例）",
            "text_en": "2020 audited report (example)",
            "grounds": "",
        }
    ],
}
_OPERATION: dict[str, Any] = {
    "summary": "Read what a case lacks",
    "operation_id": "get_case_missing",
    "description": "Where a case stands and what is missing for its next step: needed now, needed next (by the step "
    "after), optional. Verdicts of policies are not among it; read them at the firm.",
    "responses": {
        200: {
            "description": "The case and its list",
            "content": {"application/json": {"schema": ref("CaseMissing"), "example": _EXAMPLE}},
        }
    },
}


@router.get("/cases/{number}/missing", action=READ, response_class=Json, **_OPERATION)
def get_case_missing(call: ClientCall, number: Number, _wanted: Nothing, shown: Shown) -> Response:
    """What is missing for the next step of one case of the client's region."""
    case = get_visible_to(call.session, call.actor, number)
    programme = programme_of(call.session, case)
    action = next_action(programme, case.stage) if case.state == CaseState.OPEN else None
    supplies = load_supplies(call.session, [case], call.on)[case.id]
    needs = waits_for(needs_of(programme, action, supplies)) if action else ()
    return shown.of(
        {
            "number": case.number,
            "stage": case.stage,
            "state": case.state,
            "next_step": action.code if action else None,
            "missing": [_reported(programme, need) for need in needs],
        }
    )


def _reported(programme: Programme, need: Need) -> dict[str, Any]:
    with use_locale("zh"):
        text, grounds = need_text(programme, need), need_grounds(programme, need)
    with use_locale("en"):
        text_en = need_text(programme, need)
    return {
        "kind": need.kind,
        "code": need.code,
        "level": need.level,
        "by": need.by,
        "year": need.year,
        "count": need.count,
        "due_on": need.due_on,
        "text": text,
        "text_en": text_en,
        "grounds": grounds,
    }
