"""One case: where it stands, what is missing for the next step, the verdict, milestones, rights and timeline."""

from dataclasses import dataclass, replace
from datetime import date

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.accounts.models import Officer
from app.cases import actions, queries
from app.cases.domain.moving import available, may_act
from app.cases.domain.needs import Need, needs_of, next_action, waits_for
from app.cases.domain.progress import StageStep, public_status, stage_steps
from app.cases.domain.rights import Right
from app.cases.domain.state import CaseState
from app.cases.models import CaseFile, Milestone
from app.cases.service.loading import is_visible
from app.cases.supplies import load_supplies
from app.doors.deps import CurrentActor, DbSession, Now
from app.doors.pages import render
from app.doors.router import GuardedRouter
from app.doors.timeline import TimelineLine
from app.journal.queries import timeline
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.i18n import Bilingual, _, ngettext
from app.kit.permissions import can
from app.programmes.domain.definition import Programme, StageAction
from app.programmes.models import ProgrammeRound
from app.programmes.queries import find_round, list_rounds
from app.programmes.wording import TURNS, round_title, who_may
from app.reference.queries import find_region
from app.web.case_events import named_lines
from app.web.case_lines import Badge, due_badge, short_day, state_text
from app.web.case_opinions import OpinionPanel, opinion_panel
from app.web.case_receipt import receipt_page
from app.web.case_verdict import VerdictCard, verdict_card
from app.web.need_links import NeedLine, need_lines

router = GuardedRouter(door="web", prefix="/cases")

TIMELINE = 12


@dataclass(frozen=True)
class StationLine:
    """A station of the stage bar."""

    label: str
    state: str
    note: str


@dataclass(frozen=True)
class StepButton:
    """A step that the officer may take."""

    action: StageAction
    label: str
    url: str
    id: str
    kind: str
    to: str


@dataclass(frozen=True)
class MilestoneLine:
    """A milestone with its state and the forms that change it."""

    row: Milestone
    title: str
    badge: Badge
    moved: str
    url: str
    open: bool


@dataclass(frozen=True)
class RightLine:
    """A class II property: whether it serves this case, or why it cannot."""

    right: Right
    chosen: bool
    obstacle: str
    locked: bool


@dataclass(frozen=True)
class CasePage:
    """The record of a case."""

    case: CaseFile
    programme: Programme
    stage: str
    state: str
    open: bool
    turn: str
    region: str
    officer: Officer | None
    round: str
    cutoffs: str
    stations: tuple[StationLine, ...]
    detour: str
    need_title: str
    needs: tuple[NeedLine, ...]
    others_turn: str
    steps: tuple[StepButton, ...]
    verdict: VerdictCard | None
    opinions: OpinionPanel
    milestones: tuple[MilestoneLine, ...]
    rights: tuple[RightLine, ...]
    uses_rights: bool
    class_one: tuple[Right, ...]
    timeline: tuple[TimelineLine, ...]
    timeline_more: bool
    officers: tuple[tuple[str, str], ...]
    rounds: tuple[tuple[str, str], ...]
    may_edit: bool
    today: date
    public_wording: str


@router.get("/{number}", action=actions.READ)
def record_page(
    request: Request, session: DbSession, actor: CurrentActor, now: Now, number: str, all: str = ""
) -> Response:
    """The record; `all` shows the whole timeline."""
    case = queries.get_visible_to(session, actor, number)
    page = _record(request, session, actor, case, today(now), limit=2_000 if all else TIMELINE)
    return render(request, "web/cases/record.html", page)


@router.get("/{number}/receipt", action=actions.READ)
def receipt_route(request: Request, session: DbSession, actor: CurrentActor, now: Now, number: str) -> Response:
    """The receipt once more, without the query code: that is shown only when it is made."""
    case = queries.get_visible_to(session, actor, number)
    return render(request, "web/cases/receipt.html", receipt_page(session, case, now))


def _record(request: Request, session: Session, actor: Actor, case: CaseFile, on: date, *, limit: int) -> CasePage:
    programme = queries.programme_of(session, case)
    passages = queries.list_passages(session, case)
    milestones = queries.list_milestones(session, case)
    rights = queries.list_rights(session, case.enterprise_id) if programme.uses_class_two else []
    is_open = case.state == CaseState.OPEN
    status = public_status(programme, passages)
    region = find_region(session, case.enterprise.region_code) if case.enterprise.region_code else None
    round_row = find_round(session, case.programme_code, case.year, case.round)
    action = next_action(programme, case.stage) if is_open else None
    verdict = verdict_card(session, case, programme, on, action=action, actor=actor)
    supplies = load_supplies(session, [case], on)[case.id]
    if verdict:
        supplies = replace(supplies, verdicts={verdict.view.policy: verdict.tally}, verdicts_seen=True)
    needs = waits_for(needs_of(programme, action, supplies)) if action else ()
    waiting = {row.code: row.id for row in milestones if row.done_on is None and row.lapsed_on is None}
    events = timeline(session, kind="case", id=case.number, limit=limit + 1)
    stage = programme.stage(case.stage)
    may_edit = is_open and can(actor, actions.ASSIGN) and is_visible(actor, case.enterprise)
    return CasePage(
        case=case,
        programme=programme,
        stage=str(stage.name),
        state=state_text(case.state),
        open=is_open,
        turn=_(TURNS[status.turn]),
        region=region.name if region else "",
        officer=session.get(Officer, case.officer_id) if case.officer_id else None,
        round=round_title(round_row) if round_row else "",
        cutoffs=_cutoffs(round_row, on),
        stations=tuple(_station(step, on) for step in stage_steps(programme, passages)),
        detour=str(stage.name) if stage.path == "side" else "",
        need_title=_need_title(programme, action, needs),
        needs=need_lines(programme, case.number, needs, on, waiting),
        others_turn=_others_turn(programme, action, actor),
        steps=step_buttons(programme, case, actor),
        verdict=verdict,
        opinions=opinion_panel(session, case, programme, actor, on),
        milestones=tuple(_milestone_line(case, row, on) for row in milestones),
        rights=tuple(right_line(case, right, on) for right in rights if right.ip_class == 2),
        uses_rights=programme.uses_class_two,
        class_one=tuple(right for right in rights if right.ip_class == 1),
        timeline=named_lines(request, session, events[:limit]),
        timeline_more=len(events) > limit,
        officers=officer_choices(session, case) if may_edit else (),
        rounds=round_choices(session, case) if may_edit else (),
        may_edit=may_edit,
        today=on,
        public_wording=str(status.wording),
    )


def step_buttons(programme: Programme, case: CaseFile, actor: Actor) -> tuple[StepButton, ...]:
    """The steps that the officer may take now, the main one last: it stands at the right."""
    if not can(actor, actions.STEP) or not is_visible(actor, case.enterprise):
        return ()
    order = {"grave": 0, "other": 1, "main": 2}
    return tuple(
        StepButton(
            action=action,
            label=str(action.label),
            url=f"/cases/{case.number}/steps/{action.code}",
            id=f"step-{action.code}",
            kind={"main": "primary", "grave": "danger"}.get(action.weight, "secondary"),
            to=str(programme.stage(action.to).name),
        )
        for action in sorted(available(programme, case, actor), key=lambda action: order[action.weight])
    )


def officer_choices(session: Session, case: CaseFile) -> tuple[tuple[str, str], ...]:
    """The officers who may lead the case."""
    return tuple(
        (str(officer.id), officer.name) for officer in queries.list_officers_for(session, case.enterprise.region_code)
    )


def round_choices(session: Session, case: CaseFile) -> tuple[tuple[str, str], ...]:
    """The rounds of the case's programme and year."""
    return tuple((row.code, round_title(row)) for row in list_rounds(session, case.programme_code, case.year))


def _cutoffs(row: ProgrammeRound | None, on: date) -> str:
    if row is None:
        return ""
    parts = []
    if row.bureau_cutoff_on:
        parts.append(_("市局截止 %(day)s") % {"day": short_day(row.bureau_cutoff_on, on)})
    if row.province_cutoff_on:
        parts.append(_("省厅截止 %(day)s") % {"day": short_day(row.province_cutoff_on, on)})
    return _("，").join(parts) if parts else _("截止日由市局设定")


def _station(step: StageStep, on: date) -> StationLine:
    state = {"done": "done", "current": "current"}.get(step.state, "todo")
    return StationLine(str(step.name), state, short_day(step.reached_on, on) if step.reached_on else "")


# -- what is missing -----------------------------------------------------------------------------------------------------


def _need_title(programme: Programme, action: StageAction | None, needs: tuple[Need, ...]) -> str:
    if action is None:
        return ""
    stage = programme.stage(action.to).name
    n = sum(need.blocks for need in needs)
    if not n:
        return _("进入“%(stage)s”的事项已齐") % {"stage": stage}
    return ngettext("进入“%(stage)s”还差 %(n)s 项", "进入“%(stage)s”还差 %(n)s 项", n) % {"stage": stage, "n": n}


def _others_turn(programme: Programme, action: StageAction | None, actor: Actor) -> str:
    if action is None or may_act(actor, action):
        return ""
    return _("“%(action)s”由%(who)s办理") % {"action": action.label, "who": _("、").join(who_may(action))}


# -- milestones, rights, timeline ------------------------------------------------------------------------------------------


def _milestone_line(case: CaseFile, row: Milestone, on: date) -> MilestoneLine:
    moved = ""
    if row.planned_on and row.due_on and row.planned_on != row.due_on:
        moved = _("原定 %(day)s") % {"day": short_day(row.planned_on, on)}
    return MilestoneLine(
        row=row,
        title=str(Bilingual(zh=row.title_zh, en=row.title_en)),
        badge=milestone_badge(row, on),
        moved=moved,
        url=f"/cases/{case.number}/milestones/{row.id}",
        open=row.done_on is None and row.lapsed_on is None,
    )


def milestone_badge(row: Milestone, on: date) -> Badge:
    """How a milestone stands, in one word or two."""
    if row.done_on is not None:
        return "good", _("已完成 %(day)s") % {"day": short_day(row.done_on, on)}
    if row.lapsed_on is not None:
        return "idle", _("随件办结，未完成")
    return due_badge(row.due_on, on) or ("idle", _("待定日期"))


def right_line(case: CaseFile, right: Right, on: date) -> RightLine:
    """A class II property as the picker shows it."""
    chosen = right.used_by_number == case.number
    return RightLine(
        right=right,
        chosen=chosen,
        obstacle="" if chosen else right.obstacle(case.number, on) or "",
        locked=chosen and case.submitted_on is not None,
    )
