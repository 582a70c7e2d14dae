"""The steps that a firm may take itself: hand in, hand in again, withdraw; offered only while nothing is missing for them."""

from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases import actions
from app.cases.domain.needs import Need, needs_of, refusing
from app.cases.domain.steps import available
from app.cases.domain.supplies import Supplies
from app.cases.loaded import place_of, with_parts
from app.cases.models import CaseFile
from app.cases.queries import programme_of
from app.cases.service.moving import take_step
from app.cases.service.verdicts import with_verdict
from app.cases.supplies import load_supplies
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.casework.own_fields import name_errors
from app.doors.casework.steps import StepForm, step_command
from app.doors.forms.bound import Bound, bind, empty
from app.kit.actor import Actor
from app.kit.errors import Conflict, NotFound
from app.kit.i18n import _
from app.kit.permissions import can
from app.portal.actions import SUPPLY_OWN
from app.portal.cases.need_links import PortalNeedLine, need_lines
from app.portal.shared.own import CasePart, own_case, part_of
from app.programmes.domain.definition import Programme, StageAction

router = GuardedRouter(door="portal", prefix="/portal/cases/{number}/steps")


@dataclass(frozen=True)
class StepOffer:
    """A step that the firm may take once nothing is `missing`; `kind` is that of its button."""

    action: StageAction
    label: str
    url: str
    kind: str
    missing: tuple[Need, ...]


@dataclass(frozen=True)
class PortalStepPage(CasePart):
    """The form of one step, or what is still missing before it."""

    offer: StepOffer
    missing: tuple[PortalNeedLine, ...]
    version: int
    form: Bound[StepForm]
    office: str


def step_offers(
    session: Session, case: CaseFile, programme: Programme, supplies: Supplies, actor: Actor
) -> tuple[StepOffer, ...]:
    """The steps that the firm's person may take from here, the main one first."""
    if not can(actor, actions.STEP, place_of(case.enterprise)):
        return ()
    found = sorted(available(programme, case, actor), key=lambda action: action.weight != "main")
    return tuple(_offer(session, case, programme, action, supplies) for action in found)


def _offer(
    session: Session, case: CaseFile, programme: Programme, action: StageAction, supplies: Supplies
) -> StepOffer:
    if action.needs.verdict is not None and action.needs.verdict.mode == "require":
        supplies = with_verdict(with_parts(session, case), action, supplies, supplies.on)
    return StepOffer(
        action=action,
        label=step_label(action, case),
        url=f"/portal/cases/{case.number}/steps/{action.code}",
        kind={"main": "primary", "grave": "quiet-danger"}.get(action.weight, "secondary"),
        missing=refusing(needs_of(programme, action, supplies)),
    )


def step_label(action: StageAction, case: CaseFile) -> str:
    """What the button says: to the firm, handing in is no record but the deed itself."""
    if "submit" not in action.effects:
        return str(action.label)
    return _("提交申报") if case.submitted_on is None else _("补正完成，再次提交")


@router.get("/{code}", action=SUPPLY_OWN)
def step_page(call: Call, number: str, code: str) -> Response:
    """The form of a step; while something is missing, what and where to supply it."""
    case = own_case(call.session, call.actor, number)
    form: Bound[StepForm] = empty({"version": case.version})
    page = _page(call, case, code, form, call.settings.office)
    return call.render("portal/step.html", page)


@router.post("/{code}", action=SUPPLY_OWN)
def step_route(call: Call, number: str, code: str) -> Response:
    """Take the step, today."""
    bound = bind(StepForm, call.form)

    def work(given: StepForm) -> CaseFile:
        return take_step(call.session, **call.by, number=number, command=step_command(given, code, call.form, bound))

    def done(case: CaseFile) -> Response:
        stage = programme_of(call.session, case).stage(case.stage)
        return call.redirect(f"/portal/cases/{number}", good=_("已办理：%(wording)s。") % {"wording": stage.public})

    def again(bound: Bound[StepForm]) -> Response:
        name_errors(bound, StepForm.model_fields)
        page = _page(call, own_case(call.session, call.actor, number), code, bound, call.settings.office)
        return call.render("portal/step.html", page)

    return call.submit(bound, work, done=done, again=again)


def _page(call: Call, case: CaseFile, code: str, form: Bound[StepForm], office: str) -> PortalStepPage:
    programme = programme_of(call.session, case)
    supplies = load_supplies(call.session, [case], call.on)[case.id]
    offers = step_offers(call.session, case, programme, supplies, call.actor)
    offer = next((offer for offer in offers if offer.action.code == code), None)
    if offer is None:
        if programme.find_action(code) is None:
            raise NotFound("case.action.unknown", _("这个培育通道版本没有这一步。"))
        raise Conflict("case.action.not_here", _("这一步现在不能由您办理，请回到该件查看现在到了哪里。"))
    return PortalStepPage(
        **part_of(case, programme),
        offer=offer,
        missing=need_lines(programme, case.number, offer.missing, call.on),
        version=case.version,
        form=form,
        office=office,
    )
