"""节点 of a case: its lines on the case page, and the page of one milestone with the forms that change it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.responses import Response

from app.cases import actions, queries
from app.cases.domain.state import CaseState
from app.cases.models import CaseFile, Milestone
from app.cases.schemas import CompleteMilestone, ReopenMilestone, RescheduleMilestone
from app.cases.service.milestones import complete_milestone, reopen_milestone, reschedule_milestone
from app.cases.supplies import is_waiting
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.casework.milestones import title_of
from app.doors.forms.bound import Bound, empty
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.web.shared.case_lines import Badge, due_badge, short_day

router = GuardedRouter(door="web", prefix="/cases")


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


def milestone_line(case: CaseFile, row: Milestone, on: date) -> MilestoneLine:
    """A milestone as the case page shows it."""
    moved = ""
    if row.planned_on and row.due_on and row.planned_on != row.due_on:
        moved = _("原定 %(day)s") % {"day": short_day(row.planned_on, on)}
    return MilestoneLine(
        row=row,
        title=title_of(row),
        badge=milestone_badge(row, on),
        moved=moved,
        url=f"/cases/{case.number}/milestones/{row.id}",
        open=is_waiting(row),
    )


def milestone_badge(row: Milestone, on: date) -> Badge:
    """How a milestone stands, in one word or two."""
    if row.done_on is not None:
        return "good", _("已完成 %(day)s") % {"day": short_day(row.done_on, on)}
    if row.lapsed_on is not None:
        return "idle", _("随件办结，未完成")
    return due_badge(row.due_on, on) or ("idle", _("待定日期"))


@router.get("/{number}/milestones/{milestone_id}", action=actions.READ)
def milestone_page(call: Call, number: str, milestone_id: int) -> Response:
    """One milestone with the forms that change it."""
    return _milestone(call, number, milestone_id)


@router.post("/{number}/milestones/{milestone_id}/done", action=actions.KEEP_MILESTONES)
def done_route(call: Call, number: str, milestone_id: int) -> Response:
    """Call a milestone done."""
    return call.submit(
        CompleteMilestone,
        lambda given: complete_milestone(
            call.session, **call.by, number=number, milestone_id=milestone_id, command=given
        ),
        done=lambda _done: call.redirect(f"/cases/{number}#milestones", good=_("节点已登记完成。")),
        again=lambda bound: _milestone(call, number, milestone_id, done=bound),
    )


@router.post("/{number}/milestones/{milestone_id}/due", action=actions.KEEP_MILESTONES)
def due_route(call: Call, number: str, milestone_id: int) -> Response:
    """Let a milestone be due on another day."""
    return call.submit(
        RescheduleMilestone,
        lambda given: reschedule_milestone(
            call.session, **call.by, number=number, milestone_id=milestone_id, command=given
        ),
        done=lambda _done: call.redirect(f"/cases/{number}#milestones", good=_("节点期限已调整。")),
        again=lambda bound: _milestone(call, number, milestone_id, reschedule=bound),
    )


@router.post("/{number}/milestones/{milestone_id}/reopen", action=actions.KEEP_MILESTONES)
def reopen_route(call: Call, number: str, milestone_id: int) -> Response:
    """Take back that a milestone was done."""
    return call.submit(
        ReopenMilestone,
        lambda given: reopen_milestone(
            call.session, **call.by, number=number, milestone_id=milestone_id, command=given
        ),
        done=lambda _done: call.redirect(f"/cases/{number}#milestones", good=_("节点已重开。")),
        again=lambda bound: _milestone(call, number, milestone_id, reopen=bound),
    )


def _milestone(call: Call, number: str, milestone_id: int, **refused: Bound[Any]) -> Response:
    case = queries.get_visible_to(call.session, call.actor, number)
    row = next((row for row in queries.list_milestones(call.session, case) if row.id == milestone_id), None)
    if row is None:
        raise NotFound("case.milestone.unknown", _("该件没有这个节点。"))
    on = call.on
    page = MilestonePage(
        case=case,
        row=row,
        title=title_of(row),
        badge=milestone_badge(row, on),
        open=is_waiting(row),
        may_change=case.state == CaseState.OPEN,
        done=refused.get("done") or empty({"done_on": on.isoformat()}),
        reschedule=refused.get("reschedule") or empty({"due_on": row.due_on.isoformat() if row.due_on else ""}),
        reopen=refused.get("reopen") or empty(),
        today=on,
    )
    return call.render("web/cases/milestone.html", page)
