"""A case as its enterprise sees it: where it stands, whose turn it is, what is to be done by when, what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.accounts.models import Officer
from app.accounts.service.officers import get_officer
from app.cases.domain.progress import PublicStatus, StageStep
from app.cases.models import CaseFile, Milestone
from app.cases.queries import list_milestones, status_of
from app.kit.i18n import _, current_locale
from app.portal.plain import nearness, plain_day, turn_text

_STATES = {"done": "done", "current": "current", "upcoming": "todo"}


@dataclass(frozen=True)
class StageLine:
    """One station, from top to bottom."""

    label: str
    state: str
    note: str


@dataclass(frozen=True)
class MilestoneLine:
    """One date to keep, or kept: badge colour and words."""

    title: str
    note: str
    state: str
    state_text: str


@dataclass(frozen=True)
class Task:
    """What is asked of the enterprise now, and by when."""

    title: str
    due: str
    near: str


@dataclass(frozen=True)
class Person:
    """Whom to call."""

    role: str
    name: str
    phone: str


@dataclass(frozen=True)
class CaseView:
    """Everything that the enterprise is told about one of its cases."""

    number: str
    programme: str
    year: int
    headline: str
    turn: str
    since: str
    ended: bool
    is_theirs: bool
    tasks: tuple[Task, ...]
    stages: tuple[StageLine, ...]
    milestones: tuple[MilestoneLine, ...]
    officer: Person | None

    @property
    def url(self) -> str:
        """Its page in the portal."""
        return f"/portal/cases/{self.number}"


def view_case(session: Session, case: CaseFile, on: date) -> CaseView:
    """`case` in plain words, as it stands on `on`."""
    status, milestones = status_of(session, case), list_milestones(session, case)
    waiting = [milestone for milestone in milestones if is_open(milestone)]
    return CaseView(
        number=case.number,
        programme=str(status.programme),
        year=case.year,
        headline=str(status.wording),
        turn=turn_text(status.turn),
        since=plain_day(status.since, on),
        ended=status.ended,
        is_theirs=status.turn == "enterprise",
        tasks=tuple(task(milestone, on) for milestone in waiting) if status.turn == "enterprise" else (),
        stages=stage_lines(status, _next_due(waiting), on),
        milestones=tuple(milestone_line(milestone, on) for milestone in milestones if has_day(milestone)),
        officer=officer_of(session, case),
    )


def has_day(milestone: Milestone) -> bool:
    """Whether it is a date to keep, or kept; what lapsed or has no date yet is none."""
    return milestone.lapsed_on is None and (milestone.done_on is not None or milestone.due_on is not None)


def is_open(milestone: Milestone) -> bool:
    """Whether it still waits to be done."""
    return milestone.done_on is None and milestone.lapsed_on is None


def stage_lines(status: PublicStatus, due: date | None, on: date) -> tuple[StageLine, ...]:
    """The stations done, the present one and those to come; what a case skipped is not shown."""
    return tuple(_stage_line(step, due, on) for step in status.steps if step.state != "skipped")


def _stage_line(step: StageStep, due: date | None, on: date) -> StageLine:
    note = plain_day(step.reached_on, on) if step.reached_on else ""
    if step.state == "current" and due is not None and due >= on:
        note = _("预计 %(day)s 前完成") % {"day": plain_day(due, on)}
    return StageLine(str(step.wording), _STATES[step.state], note)


def _next_due(waiting: Sequence[Milestone]) -> date | None:
    return min((milestone.due_on for milestone in waiting if milestone.due_on), default=None)


def task(milestone: Milestone, on: date) -> Task:
    """An open milestone as something to do."""
    due = milestone.due_on
    return Task(title_of(milestone), plain_day(due, on) if due else "", nearness(due, on) if due else "")


def milestone_line(milestone: Milestone, on: date) -> MilestoneLine:
    """A milestone with its date."""
    if milestone.done_on is not None:
        note = _("%(day)s 完成") % {"day": plain_day(milestone.done_on, on)}
        return MilestoneLine(title_of(milestone), note, "good", _("已完成"))
    due = milestone.due_on or on
    note = _("%(day)s 24:00 前") % {"day": plain_day(due, on)}
    return MilestoneLine(title_of(milestone), note, "late" if due < on else "wait", nearness(due, on))


def title_of(milestone: Milestone) -> str:
    """The milestone's title in the current language."""
    return milestone.title_zh if current_locale() == "zh" else milestone.title_en


def officer_of(session: Session, case: CaseFile) -> Person | None:
    """The officer who leads the case."""
    if case.officer_id is None:
        return None
    officer: Officer = get_officer(session, case.officer_id)
    return Person(officer.section or _("经办人"), officer.name, officer.phone)
