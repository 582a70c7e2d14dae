"""Steps of a case: which buttons there are, and what pressing one brings about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from app.cases.domain.milestones import PlannedMilestone, moment_of, plan
from app.cases.domain.need_words import refusal
from app.cases.domain.needs import VERDICT_KINDS, insisted_on
from app.cases.domain.state import CaseSnapshot, CaseState
from app.cases.domain.supplies import Supplies
from app.kit.actor import Actor, ActorKind
from app.kit.errors import Conflict, Forbidden, Invalid
from app.kit.i18n import _, ngettext
from app.kit.periods import last_day_of_years
from app.programmes.domain.answers import read_answer
from app.programmes.domain.definition import Programme, Stage, StageAction
from app.programmes.domain.due import ShiftWorkingDays
from app.programmes.domain.supplied import NeededField


@dataclass(frozen=True)
class StepRequest:
    """A pressed button: the action, the legal day it happened, what lies with the case then, and what was filled in."""

    action: str
    on: date
    supplies: Supplies
    reason: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    version: int = 0


@dataclass(frozen=True)
class NewCertificate:
    """The certificate that a case ends in."""

    kind: str
    number: str
    issued_on: date
    expires_on: date | None


@dataclass(frozen=True)
class StepResult:
    """What a step brings about."""

    action: StageAction
    stage: Stage
    on: date
    state: CaseState
    submitted_on: date | None
    markers: tuple[str, ...]
    milestones: tuple[PlannedMilestone, ...]
    certificate: NewCertificate | None
    uses_rights: bool
    releases_rights: bool
    lapses_approvals: bool
    values: Mapping[str, str]

    @property
    def closes(self) -> bool:
        """Whether the case ends with this step."""
        return self.state is not CaseState.OPEN


def may_act(actor: Actor, action: StageAction) -> bool:
    """Whether the programme lets this kind of actor take this step (region and firm are checked elsewhere).

    A partner's step is the one that the definition of the exchange names for its decision.
    """
    if actor.kind in (ActorKind.SYSTEM, ActorKind.PARTNER):
        return True
    if actor.kind is ActorKind.OFFICER:
        return actor.role in action.roles
    return actor.kind is ActorKind.ENTERPRISE and action.by_enterprise


class CaseStatus(Protocol):
    """Anything that tells where a case stands: its row or its snapshot."""

    @property
    def state(self) -> str:
        """One of `CaseState`."""
        ...

    @property
    def stage(self) -> str:
        """The code of its stage."""
        ...


def available(programme: Programme, case: CaseStatus, actor: Actor) -> tuple[StageAction, ...]:
    """The buttons that `actor` sees: exactly the steps that `decide_step` accepts once the form is filled in."""
    if case.state != CaseState.OPEN:
        return ()
    return tuple(action for action in programme.actions_from(case.stage) if may_act(actor, action))


def decide_step(
    programme: Programme,
    case: CaseSnapshot,
    request: StepRequest,
    *,
    actor: Actor,
    today: date,
    shift: ShiftWorkingDays,
) -> StepResult:
    """What `request` brings about; raises `Conflict`, `Forbidden` or `Invalid` naming what is wrong."""
    action = _action(programme, case, request, actor)
    _check_day(case, action, request, today)
    values = _values(action, request)
    _check_needs(programme, action, request)
    stage = programme.stage(action.to)
    submitted_on = _submitted_on(case, action, request)
    return StepResult(
        action=action,
        stage=stage,
        on=request.on,
        state=CaseState(stage.outcome) if stage.outcome else CaseState.OPEN,
        submitted_on=submitted_on,
        markers=tuple(marker for marker in stage.counts_as if marker not in case.markers),
        milestones=()
        if stage.is_final
        else plan(
            programme.milestones_made_at(stage.code),
            case.milestones,
            moment_of(case, entered_on=request.on, submitted_on=submitted_on),
            shift,
        ),
        certificate=_certificate(programme, action, values, request.on),
        uses_rights="submit" in action.effects,
        releases_rights="release-rights" in action.effects,
        lapses_approvals="send-back" in action.effects,
        values=values,
    )


def _action(programme: Programme, case: CaseSnapshot, request: StepRequest, actor: Actor) -> StageAction:
    if case.state is not CaseState.OPEN:
        raise Conflict("case.closed", _("该件已办结，不能再改动。"))
    if request.version != case.version:
        raise Conflict("case.stale", _("该件刚被他人改动，请核对现在的阶段后再办理。"))
    action = programme.find_action(request.action)
    if action is None:
        raise Invalid("case.action.unknown", _("这个培育通道版本没有这一步。"))
    if case.stage not in action.from_:
        raise Conflict(
            "case.action.not_here",
            _("“%(action)s”不能在“%(stage)s”阶段办理。")
            % {"action": action.label, "stage": programme.stage(case.stage).name},
        )
    if not may_act(actor, action):
        raise Forbidden("case.action.not_yours", _("“%(action)s”不由您的角色办理。") % {"action": action.label})
    return action


def _check_day(case: CaseSnapshot, action: StageAction, request: StepRequest, today: date) -> None:
    message = ""
    first = "submit" in action.effects and case.submitted_on is None
    if request.on > today:
        message = _("办理日期不能晚于今天。")
    elif request.on < case.stage_entered_on:
        message = _("办理日期不能早于进入本阶段的日期 %(day)s。") % {"day": case.stage_entered_on.isoformat()}
    elif first and case.cutoffs.bureau_on is not None and request.on > case.cutoffs.bureau_on:
        message = _("本批次市局截止于 %(day)s 24:00，之后不再受理；请改入后面的批次。") % {
            "day": case.cutoffs.bureau_on.isoformat()
        }
    if message:
        raise Invalid("case.action.day", message, {"on": message})


def _values(action: StageAction, request: StepRequest) -> dict[str, str]:
    """The asked-for values, checked; unknown ones are refused, so that nothing is lost silently."""
    errors: dict[str, str] = {}
    if action.needs.reason and not request.reason.strip():
        errors["reason"] = _("请写明理由。")
    asked = {needed.code: needed for needed in action.needs.fields}
    for code in request.values:
        if code not in asked:
            errors[code] = _("这一步不需要此项。")
    values: dict[str, str] = {}
    for code, needed in asked.items():
        value, problem = _answer(needed, request.values.get(code, ""))
        if problem:
            errors[code] = problem
        elif value:
            values[code] = value
    if errors:
        raise Invalid("case.action.incomplete", _("请先补齐或更正标出的项目。"), errors)
    return values


def _answer(needed: NeededField, text: str) -> tuple[str, str]:
    """What was filled in as it is kept, and what is wrong with it."""
    try:
        value = read_answer(needed, text)
    except Invalid as error:
        return "", error.message
    missing = _("请填写%(label)s。") % {"label": needed.label} if needed.required and not value else ""
    return value, missing


def _check_needs(programme: Programme, action: StageAction, request: StepRequest) -> None:
    """Refuse while something is missing that the step insists on; all of it is named."""
    missing = insisted_on(programme, action, request.supplies)
    if not missing:
        return
    named = refusal(programme, missing)
    code = "case.action.needs"
    if all(need.kind in VERDICT_KINDS for need in missing):
        code = "case.verdict.not_met"
    raise Conflict(
        code,
        ngettext("“%(action)s”还缺 %(n)s 项：%(what)s。", "“%(action)s”还缺 %(n)s 项：%(what)s。", len(missing))
        % {"action": action.label, "n": len(missing), "what": named},
    )


def _submitted_on(case: CaseSnapshot, action: StageAction, request: StepRequest) -> date | None:
    """The application date: the first submission; a corrected one keeps it."""
    return case.submitted_on or (request.on if "submit" in action.effects else None)


def _certificate(
    programme: Programme, action: StageAction, values: Mapping[str, str], on: date
) -> NewCertificate | None:
    if "certify" not in action.effects or programme.certificate is None:
        return None
    issued_on = date.fromisoformat(values["issued_on"])
    if issued_on > on:
        message = _("发证日期不能晚于办理日期。")
        raise Invalid("case.certificate.future", message, {"issued_on": message})
    years = programme.certificate.validity_years
    return NewCertificate(
        kind=programme.certificate.kind,
        number=values["certificate_number"],
        issued_on=issued_on,
        expires_on=last_day_of_years(issued_on, years) if years else None,
    )
