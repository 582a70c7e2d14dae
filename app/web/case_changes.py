"""Changing a case: steps, officer, round, milestones, rights, query code. Each has a page of its own that works
without script; the record shows the same forms as dialogs.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import Request
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from app.cases import actions, queries
from app.cases.domain.state import CaseState
from app.cases.models import CaseFile, Milestone
from app.cases.schemas import (
    AssignOfficer,
    ChooseRights,
    CompleteMilestone,
    ReopenMilestone,
    RescheduleMilestone,
    SetRound,
    TakeStep,
)
from app.cases.service.assigning import assign_officer, set_case_round
from app.cases.service.milestones import complete_milestone, reopen_milestone, reschedule_milestone
from app.cases.service.moving import take_step
from app.cases.service.query_codes import renew_query_code
from app.cases.service.rights import choose_rights
from app.doors.deps import CurrentActor, DbSession, Form, Now
from app.doors.forms import Bound, attempt, bind, empty
from app.doors.pages import redirect, render
from app.doors.router import GuardedRouter
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.errors import Conflict, NotFound
from app.kit.i18n import Bilingual, _
from app.programmes.domain.definition import StageAction
from app.web.case_lines import Badge
from app.web.case_receipt import receipt_page
from app.web.case_record import (
    RightLine,
    milestone_badge,
    officer_choices,
    right_line,
    round_choices,
    step_buttons,
)
from app.web.case_verdict import VerdictCard, verdict_card

router = GuardedRouter(door="web", prefix="/cases")

#: What a step's own fields are called in its form, apart from the day and the reason.
FIELD = "v_"


class StepForm(BaseModel):
    """The part of a step's form that every step has."""

    model_config = ConfigDict(extra="ignore")

    version: int
    on: date | None = None
    reason: str = ""


@dataclass(frozen=True)
class StepPage:
    """The form of one step."""

    case: CaseFile
    action: StageAction
    to: str
    form: Bound[StepForm]
    verdict: VerdictCard | None
    today: date


@dataclass(frozen=True)
class MilestonePage:
    """One milestone with the forms that change it."""

    case: CaseFile
    row: Milestone
    title: str
    badge: Badge
    open: bool
    may_change: bool
    done: Bound[CompleteMilestone]
    reschedule: Bound[RescheduleMilestone]
    reopen: Bound[ReopenMilestone]
    today: date


@dataclass(frozen=True)
class RightsPage:
    """The picker of class II property."""

    case: CaseFile
    lines: tuple[RightLine, ...]
    form: Bound[ChooseRights]


@dataclass(frozen=True)
class HandlingPage:
    """Who leads the case, and in which round it runs."""

    case: CaseFile
    officer: Bound[AssignOfficer]
    round: Bound[SetRound]
    officers: tuple[tuple[str, str], ...]
    rounds: tuple[tuple[str, str], ...]


# -- steps -------------------------------------------------------------------------------------------------------------


@router.get("/{number}/steps/{action_code}", action=actions.STEP)
def step_page(
    request: Request, session: DbSession, actor: CurrentActor, now: Now, number: str, action_code: str
) -> Response:
    """The form of a step, for those who come from the board or without script."""
    case = queries.get_visible_to(session, actor, number)
    form: Bound[StepForm] = empty({"on": today(now).isoformat(), "version": case.version})
    return render(request, "web/cases/step.html", _step_page(session, actor, case, action_code, form, today(now)))


@router.post("/{number}/steps/{action_code}", action=actions.STEP)
def step_route(
    request: Request, session: DbSession, actor: CurrentActor, now: Now, form: Form, number: str, action_code: str
) -> Response:
    """Take the step."""
    bound = bind(StepForm, form)
    values = _step_values(form, bound)
    case = attempt(
        session,
        bound,
        lambda given: take_step(
            session, actor=actor, now=now, number=number, command=_command(given, action_code, values)
        ),
    )
    if case is None:
        case = queries.get_visible_to(session, actor, number)
        _name_fields(bound)
        page = _step_page(session, actor, case, action_code, bound, today(now))
        return render(request, "web/cases/step.html", page, status=422)
    stage = queries.programme_of(session, case).stage(case.stage).name
    return redirect(request, f"/cases/{number}", good=_("已办理，现在的阶段是“%(stage)s”。") % {"stage": stage})


def _step_values(form: FormData, bound: Bound[StepForm]) -> dict[str, str]:
    """The step's own fields, kept in the raw form too, so that a refused form shows them again."""
    values = {name: str(bound.raw.get(name, "")) for name in form if name.startswith(FIELD)}
    return {name.removeprefix(FIELD): value for name, value in values.items()}


def _command(given: StepForm, action_code: str, values: dict[str, str]) -> TakeStep:
    return TakeStep(
        action=action_code[:40],
        version=given.version,
        on=given.on,
        reason=given.reason[:500],
        values={code[:40]: value[:4000] for code, value in values.items()},
    )


def _name_fields(bound: Bound[StepForm]) -> None:
    """Messages about a step's own fields, under the names that the form has for them."""
    bound.errors = {
        name if name in ("on", "reason", "version") else f"{FIELD}{name}": messages
        for name, messages in bound.errors.items()
    }


def _step_page(
    session: Session, actor: Actor, case: CaseFile, action_code: str, form: Bound[StepForm], on: date
) -> StepPage:
    programme = queries.programme_of(session, case)
    button = next((b for b in step_buttons(programme, case, actor) if b.action.code == action_code), None)
    if button is None and not form.summary:
        raise Conflict("case.action.not_here", _("这一步现在不能办理，请回到该件查看现在的阶段。"))
    action = button.action if button else programme.find_action(action_code)
    if action is None:
        raise NotFound("case.action.unknown", _("这个培育通道版本没有这一步。"))
    return StepPage(
        case=case,
        action=action,
        to=str(programme.stage(action.to).name),
        form=form,
        verdict=verdict_card(session, case, programme, on, action=action) if action.needs.verdict else None,
        today=on,
    )


# -- officer and round -------------------------------------------------------------------------------------------------


@router.get("/{number}/handling", action=actions.ASSIGN)
def handling_page(request: Request, session: DbSession, actor: CurrentActor, number: str) -> Response:
    """The forms for officer and round."""
    case = queries.get_visible_to(session, actor, number)
    return render(request, "web/cases/handling.html", _handling(session, case))


@router.post("/{number}/officer", action=actions.ASSIGN)
def officer_route(
    request: Request, session: DbSession, actor: CurrentActor, now: Now, form: Form, number: str
) -> Response:
    """Hand the case to an officer."""
    bound = bind(AssignOfficer, form)
    done = attempt(
        session, bound, lambda given: assign_officer(session, actor=actor, now=now, number=number, command=given)
    )
    if done is None:
        case = queries.get_visible_to(session, actor, number)
        return render(request, "web/cases/handling.html", _handling(session, case, officer=bound), status=422)
    return redirect(request, f"/cases/{number}", good=_("已指定经办人。"))


@router.post("/{number}/round", action=actions.ASSIGN)
def round_route(
    request: Request, session: DbSession, actor: CurrentActor, now: Now, form: Form, number: str
) -> Response:
    """Put the case into a round."""
    bound = bind(SetRound, form)
    done = attempt(
        session, bound, lambda given: set_case_round(session, actor=actor, now=now, number=number, command=given)
    )
    if done is None:
        case = queries.get_visible_to(session, actor, number)
        return render(request, "web/cases/handling.html", _handling(session, case, round=bound), status=422)
    return redirect(request, f"/cases/{number}", good=_("已调整批次。"))


def _handling(
    session: Session,
    case: CaseFile,
    *,
    officer: Bound[AssignOfficer] | None = None,
    round: Bound[SetRound] | None = None,
) -> HandlingPage:
    return HandlingPage(
        case=case,
        officer=officer or empty({"officer_id": case.officer_id or ""}),
        round=round or empty({"round": case.round or ""}),
        officers=officer_choices(session, case),
        rounds=round_choices(session, case),
    )


# -- milestones --------------------------------------------------------------------------------------------------------


@router.get("/{number}/milestones/{milestone_id}", action=actions.READ)
def milestone_page(
    request: Request, session: DbSession, actor: CurrentActor, now: Now, number: str, milestone_id: int
) -> Response:
    """One milestone with the forms that change it."""
    return _milestone(request, session, actor, now, number, milestone_id)


@router.post("/{number}/milestones/{milestone_id}/done", action=actions.KEEP_MILESTONES)
def done_route(
    request: Request, session: DbSession, actor: CurrentActor, now: Now, form: Form, number: str, milestone_id: int
) -> Response:
    """Call a milestone done."""
    bound = bind(CompleteMilestone, form)
    done = attempt(
        session,
        bound,
        lambda given: complete_milestone(
            session, actor=actor, now=now, number=number, milestone_id=milestone_id, command=given
        ),
    )
    if done is None:
        return _milestone(request, session, actor, now, number, milestone_id, done=bound)
    return redirect(request, f"/cases/{number}#milestones", good=_("节点已登记完成。"))


@router.post("/{number}/milestones/{milestone_id}/due", action=actions.KEEP_MILESTONES)
def due_route(
    request: Request, session: DbSession, actor: CurrentActor, now: Now, form: Form, number: str, milestone_id: int
) -> Response:
    """Let a milestone be due on another day."""
    bound = bind(RescheduleMilestone, form)
    done = attempt(
        session,
        bound,
        lambda given: reschedule_milestone(
            session, actor=actor, now=now, number=number, milestone_id=milestone_id, command=given
        ),
    )
    if done is None:
        return _milestone(request, session, actor, now, number, milestone_id, reschedule=bound)
    return redirect(request, f"/cases/{number}#milestones", good=_("节点期限已调整。"))


@router.post("/{number}/milestones/{milestone_id}/reopen", action=actions.KEEP_MILESTONES)
def reopen_route(
    request: Request, session: DbSession, actor: CurrentActor, now: Now, form: Form, number: str, milestone_id: int
) -> Response:
    """Take back that a milestone was done."""
    bound = bind(ReopenMilestone, form)
    done = attempt(
        session,
        bound,
        lambda given: reopen_milestone(
            session, actor=actor, now=now, number=number, milestone_id=milestone_id, command=given
        ),
    )
    if done is None:
        return _milestone(request, session, actor, now, number, milestone_id, reopen=bound)
    return redirect(request, f"/cases/{number}#milestones", good=_("节点已重开。"))


def _milestone(
    request: Request,
    session: Session,
    actor: Actor,
    now: Now,
    number: str,
    milestone_id: int,
    **refused: Bound[Any],
) -> Response:
    case = queries.get_visible_to(session, actor, number)
    row = next((row for row in queries.list_milestones(session, case) if row.id == milestone_id), None)
    if row is None:
        raise NotFound("case.milestone.unknown", _("该件没有这个节点。"))
    on = today(now)
    page = MilestonePage(
        case=case,
        row=row,
        title=str(Bilingual(zh=row.title_zh, en=row.title_en)),
        badge=milestone_badge(row, on),
        open=row.done_on is None and row.lapsed_on is None,
        may_change=case.state == CaseState.OPEN,
        done=refused.get("done") or empty({"done_on": on.isoformat()}),
        reschedule=refused.get("reschedule") or empty({"due_on": row.due_on.isoformat() if row.due_on else ""}),
        reopen=refused.get("reopen") or empty(),
        today=on,
    )
    return render(request, "web/cases/milestone.html", page, status=422 if refused else 200)


# -- rights and query code ---------------------------------------------------------------------------------------------


@router.get("/{number}/rights", action=actions.CHOOSE_RIGHTS)
def rights_page(request: Request, session: DbSession, actor: CurrentActor, now: Now, number: str) -> Response:
    """The picker of class II property."""
    case = queries.get_visible_to(session, actor, number)
    return render(request, "web/cases/rights.html", _rights(session, case, empty(), today(now)))


@router.post("/{number}/rights", action=actions.CHOOSE_RIGHTS)
def rights_route(
    request: Request, session: DbSession, actor: CurrentActor, now: Now, form: Form, number: str
) -> Response:
    """Let exactly the ticked rights serve the case."""
    bound = bind(ChooseRights, form)
    done = attempt(
        session, bound, lambda given: choose_rights(session, actor=actor, now=now, number=number, command=given)
    )
    if done is None:
        case = queries.get_visible_to(session, actor, number)
        return render(request, "web/cases/rights.html", _rights(session, case, bound, today(now)), status=422)
    return redirect(request, f"/cases/{number}#rights", good=_("Ⅱ类知识产权的选用已保存。"))


def _rights(session: Session, case: CaseFile, form: Bound[ChooseRights], on: date) -> RightsPage:
    rights = queries.list_rights(session, case.enterprise_id)
    return RightsPage(case, tuple(right_line(case, right, on) for right in rights if right.ip_class == 2), form)


@router.post("/{number}/query-code", action=actions.RENEW_QUERY_CODE)
def query_code_route(request: Request, session: DbSession, actor: CurrentActor, now: Now, number: str) -> Response:
    """A new query code, shown on the receipt this once."""
    code = renew_query_code(session, actor=actor, now=now, number=number)
    case = queries.get_visible_to(session, actor, number)
    return render(request, "web/cases/receipt.html", receipt_page(session, case, now, query_code=code))
