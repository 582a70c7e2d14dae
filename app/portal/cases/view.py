"""A case as its enterprise sees it: where it stands, whose turn it is, what is needed by when, which clocks run, what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.accounts.models import Officer
from app.cases.domain.needs import needs_of, next_action
from app.cases.domain.progress import PublicStatus, StageStep, public_status
from app.cases.domain.state import CaseState
from app.cases.duties.creation import list_duties
from app.cases.models import CaseFile, Milestone
from app.cases.oversight.domain.rating import GRADES, may_rate
from app.cases.oversight.queries import find_rating
from app.cases.queries import list_passages
from app.cases.supplies import is_waiting, load_contents
from app.doors.casework.duties import reports_of
from app.doors.casework.milestones import title_of
from app.kit.actor import Actor
from app.kit.i18n import _
from app.kit.permissions import can
from app.portal.actions import SUPPLY_OWN
from app.portal.cases.clock_lines import PortalClockLine, clock_lines
from app.portal.cases.duty_lines import PortalDutyLine, duty_lines, past_duty_lines
from app.portal.cases.need_links import PortalNeedLine, need_lines, theirs
from app.portal.cases.renewal import next_years
from app.portal.cases.steps import StepOffer, step_offers
from app.portal.shared.plain import nearness, plain_day, turn_text
from app.programmes.domain.definition import Programme

_STATES = {"done": "done", "current": "current", "upcoming": "todo"}


@dataclass(frozen=True)
class PortalStageLine:
    """One station, from top to bottom."""

    label: str
    state: str
    note: str


@dataclass(frozen=True)
class PortalMilestoneLine:
    """One date to keep, or kept: badge colour and words."""

    title: str
    note: str
    state: str
    state_text: str


@dataclass(frozen=True)
class Person:
    """Whom to call."""

    role: str
    name: str
    phone: str


@dataclass(frozen=True)
class Brief:
    """A case by name: where it stands, in one line."""

    number: str
    programme: str
    year: int
    headline: str
    ended: bool
    is_theirs: bool

    @property
    def url(self) -> str:
        """Its page in the portal."""
        return f"/portal/cases/{self.number}"


@dataclass(frozen=True)
class CaseView:
    """Everything that the enterprise is told about one of its cases. `rating` is what it said of the service, if it did."""

    brief: Brief
    turn: str
    since: str
    detour: str
    needs: tuple[PortalNeedLine, ...]
    steps: tuple[StepOffer, ...]
    stages: tuple[PortalStageLine, ...]
    clocks: tuple[PortalClockLine, ...]
    milestones: tuple[PortalMilestoneLine, ...]
    duties: tuple[PortalDutyLine, ...]
    past_duties: tuple[PortalDutyLine, ...]
    reports: tuple[tuple[str, str], ...]
    has_form: bool
    has_materials: bool
    corrections: int
    may_supply: bool
    may_rate: bool
    rating: str
    next_years: tuple[int, ...]
    officer: Person | None

    @property
    def has_work(self) -> bool:
        """Whether there is anything that the firm itself can do with it now."""
        return bool(self.steps or self.has_form or self.has_materials or self.corrections)


def brief_of(case: CaseFile, programme: Programme) -> Brief:
    """`case` by name; reads nothing."""
    stage = programme.stage(case.stage)
    return Brief(
        number=case.number,
        programme=str(programme.title),
        year=case.year,
        headline=str(stage.public),
        ended=case.state != CaseState.OPEN,
        is_theirs=stage.turn == "enterprise",
    )


def view_case(session: Session, case: CaseFile, programme: Programme, actor: Actor, on: date) -> CaseView:
    """`case` in plain words, as it stands on `on`; the number of queries does not depend on what lies with it."""
    passages, contents = list_passages(session, case), load_contents(session, case)
    status, brief = public_status(programme, passages), brief_of(case, programme)
    supplies, milestones = contents.supplies(on), contents.milestones
    action = None if brief.ended else next_action(programme, case.stage)
    needs = theirs(needs_of(programme, action, supplies)) if action else ()
    duties = list_duties(session, case.id) if programme.duties else []
    rating = find_rating(session, case.id) if brief.ended else None
    editor = can(actor, SUPPLY_OWN)
    return CaseView(
        brief=brief,
        turn=turn_text(
            status.turn,
            wanted=any(need.blocks for need in needs),
            ahead=any(need.level == "next" for need in needs),
        ),
        since=plain_day(status.since, on),
        detour=str(programme.stage(case.stage).public) if status.detour else "",
        needs=need_lines(programme, case.number, needs, on),
        steps=step_offers(session, case, programme, supplies, actor),
        stages=stage_lines(status, _next_due([row for row in milestones if is_waiting(row)]), on),
        clocks=clock_lines(session, case, programme, passages, on),
        milestones=tuple(milestone_line(row, on) for row in milestones if has_day(row)),
        duties=duty_lines(case.number, duties, on),
        past_duties=past_duty_lines(duties, on),
        reports=_reports(case, programme) if editor else (),
        has_form=any(question.supplied_by == "enterprise" for question in programme.questions),
        has_materials=any(template.supplied_by == "enterprise" for template in programme.materials),
        corrections=len(supplies.corrections),
        may_supply=editor,
        may_rate=editor and may_rate(case.state, rated=rating is not None),
        rating=_(GRADES[rating.grade]) if rating else "",
        next_years=next_years(case, on) if editor else (),
        officer=officer_of(session, case),
    )


def _reports(case: CaseFile, programme: Programme) -> tuple[tuple[str, str], ...]:
    """What the firm may report as it happens: the title and the address of its form."""
    return tuple(
        (str(template.title), f"/portal/cases/{case.number}/reports/{template.code}")
        for template in reports_of(case, programme)
        if template.by == "enterprise"
    )


def has_day(milestone: Milestone) -> bool:
    """Whether it is a date to keep, or kept; what lapsed or has no date yet is none."""
    return milestone.lapsed_on is None and (milestone.done_on is not None or milestone.due_on is not None)


def stage_lines(status: PublicStatus, due: date | None, on: date) -> tuple[PortalStageLine, ...]:
    """The stations done, the present one and those to come; what a case skipped is not shown."""
    return tuple(_stage_line(step, due, on) for step in status.steps if step.state != "skipped")


def _stage_line(step: StageStep, due: date | None, on: date) -> PortalStageLine:
    note = plain_day(step.reached_on, on) if step.reached_on else ""
    if step.state == "current" and due is not None and due >= on:
        note = _("预计 %(day)s 前完成") % {"day": plain_day(due, on)}
    return PortalStageLine(str(step.wording), _STATES[step.state], note)


def _next_due(waiting: Sequence[Milestone]) -> date | None:
    return min((milestone.due_on for milestone in waiting if milestone.due_on), default=None)


def milestone_line(milestone: Milestone, on: date) -> PortalMilestoneLine:
    """A milestone with its date."""
    if milestone.done_on is not None:
        note = _("%(day)s 完成") % {"day": plain_day(milestone.done_on, on)}
        return PortalMilestoneLine(title_of(milestone), note, "good", _("已完成"))
    due = milestone.due_on or on
    note = _("%(day)s 24:00 前") % {"day": plain_day(due, on)}
    return PortalMilestoneLine(title_of(milestone), note, "late" if due < on else "wait", nearness(due, on))


def officer_of(session: Session, case: CaseFile) -> Person | None:
    """The officer who leads the case."""
    if case.officer_id is None:
        return None
    officer = session.get_one(Officer, case.officer_id)
    return Person(officer.section or _("经办人"), officer.name, officer.phone)
