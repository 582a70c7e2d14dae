"""Taking a step and taking it back: each has a page of its own that works without script; the record shows them as dialogs."""

from dataclasses import dataclass
from datetime import date

from starlette.responses import Response

from app.cases import actions, queries
from app.cases.models import CaseFile
from app.cases.schemas import TakeBackStep
from app.cases.service.moving import take_step
from app.cases.service.undoing import entries_in_force, take_back_step
from app.cases.supplies import load_contents
from app.cases.supply.schemas import AskCorrections
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.casework.correction_form import AskGroups, ask_groups, bind_corrections
from app.doors.casework.own_fields import name_errors
from app.doors.casework.steps import StepForm, step_command
from app.doors.forms.bound import Bound, bind, empty
from app.kit.errors import Conflict, NotFound
from app.kit.i18n import _
from app.programmes.domain.definition import StageAction
from app.reference.queries import code_names
from app.web.cases.head import StepButton, UndoButton, step_buttons, undo_button
from app.web.cases.supplies import seen_supplies, waiting_ids
from app.web.cases.verdict import CaseVerdictCard, verdict_card

router = GuardedRouter(door="web", prefix="/cases")

#: Messages about a form that asks for corrections too.
_OWN = ("on", "reason", "version", "due_on", "items")


class DatedStep(StepForm):
    """An officer records a step as of a day."""

    on: date | None = None


@dataclass(frozen=True)
class CaseStepPage:
    """The form of one step, and what is missing before it."""

    case: CaseFile
    action: StageAction
    to: str
    button: StepButton | None
    form: Bound[DatedStep]
    verdict: CaseVerdictCard | None
    today: date
    correct: AskGroups | None


@dataclass(frozen=True)
class UndoPage:
    """The form that takes the last step back."""

    case: CaseFile
    undo: UndoButton
    form: Bound[TakeBackStep]


@router.get("/{number}/steps/{action_code}", action=actions.STEP)
def step_page(call: Call, number: str, action_code: str) -> Response:
    """The form of a step, for those who come from the board or without script."""
    case = queries.get_visible_to(call.session, call.actor, number)
    form: Bound[DatedStep] = empty({"on": call.on.isoformat(), "version": case.version})
    return call.render("web/cases/step.html", _step_page(call, case, action_code, form))


@router.post("/{number}/steps/{action_code}", action=actions.STEP)
def step_route(call: Call, number: str, action_code: str) -> Response:
    """Take the step."""
    bound, asked = bind(DatedStep, call.form), bind_corrections(call.form)
    bound.raw |= asked.raw
    bound.errors.update(asked.errors)

    def work(given: DatedStep) -> CaseFile:
        corrections = asked.model or AskCorrections()
        command = step_command(given, action_code, call.form, bound, on=given.on, corrections=corrections)
        return take_step(call.session, **call.by, number=number, command=command)

    def done(case: CaseFile) -> Response:
        stage = queries.programme_of(call.session, case).stage(case.stage).name
        return call.redirect(f"/cases/{number}", good=_("已办理，现在的阶段是“%(stage)s”。") % {"stage": stage})

    def again(bound: Bound[DatedStep]) -> Response:
        name_errors(bound, _OWN)
        page = _step_page(call, queries.get_visible_to(call.session, call.actor, number), action_code, bound)
        return call.render("web/cases/step.html", page)

    return call.submit(bound, work, done=done, again=again)


def _step_page(call: Call, case: CaseFile, action_code: str, form: Bound[DatedStep]) -> CaseStepPage:
    session, on = call.session, call.on
    programme, contents = queries.programme_of(session, case), load_contents(session, case)
    action = programme.find_action(action_code)
    names, entries = code_names(session, case.enterprise.region_code), queries.list_entries(session, case.id)
    verdict = verdict_card(call, case, programme, names=names, entries=entries, action=action)
    supplies = seen_supplies(contents, on, verdict)
    waiting = waiting_ids(contents.milestones)
    buttons = step_buttons(programme, case, call.actor, supplies, waiting)
    button = next((button for button in buttons if button.action.code == action_code), None)
    if button is None and not form.summary:
        raise Conflict("case.action.not_here", _("这一步现在不能办理，请回到该件查看现在的阶段。"))
    if action is None:
        raise NotFound("case.action.unknown", _("这个培育通道版本没有这一步。"))
    return CaseStepPage(
        case=case,
        action=action,
        to=str(programme.stage(action.to).name),
        button=button,
        form=form,
        verdict=verdict if action.needs.verdict else None,
        today=on,
        correct=ask_groups(programme) if "send-back" in action.effects else None,
    )


# -- taking back ---------------------------------------------------------------------------------------------------------


@router.get("/{number}/undo", action=actions.UNDO)
def undo_page(call: Call, number: str) -> Response:
    """The form that takes the last step back."""
    return _undo(call, number, empty())


@router.post("/{number}/undo", action=actions.UNDO)
def undo_route(call: Call, number: str) -> Response:
    """Take the last step back."""
    return call.submit(
        TakeBackStep,
        lambda given: take_back_step(call.session, **call.by, number=number, command=given),
        done=lambda case: call.redirect(
            f"/cases/{number}",
            good=_("已撤回，现在的阶段是“%(stage)s”。")
            % {"stage": queries.programme_of(call.session, case).stage(case.stage).name},
        ),
        again=lambda bound: _undo(call, number, bound),
    )


def _undo(call: Call, number: str, form: Bound[TakeBackStep]) -> Response:
    case = queries.get_visible_to(call.session, call.actor, number)
    entries = entries_in_force(call.session, case.id)
    button = undo_button(queries.programme_of(call.session, case), case, call.actor, entries, call.now)
    if button is None:
        raise Conflict("case.undo.nothing", _("现在没有您可以撤回的步骤。"))
    return call.render("web/cases/undo.html", UndoPage(case, button, form))
