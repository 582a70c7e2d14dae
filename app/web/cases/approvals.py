"""审签 of a case: who approved which step, what lapsed and why, and the buttons of those whose right it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel
from starlette.responses import Response

from app.cases import actions, queries
from app.cases.domain.approvals import may_approve
from app.cases.domain.state import CaseState
from app.cases.loaded import place_of
from app.cases.models import Approval, CaseFile
from app.cases.schemas import ApproveStep, Reason, WithdrawApproval
from app.cases.service.approving import approve_step, withdraw_approval
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, empty
from app.kit.actor import Actor, Role
from app.kit.errors import Conflict
from app.kit.i18n import _
from app.kit.permissions import can
from app.programmes.domain.definition import Programme, StageAction
from app.programmes.words import listed
from app.web.shared.case_lines import Badge

router = GuardedRouter(door="web", prefix="/cases")


class ApprovalForm(BaseModel):
    """A note beside an approval, or the reason why it is taken back."""

    version: int
    note: Reason = ""


@dataclass(frozen=True)
class ApprovalLine:
    """An approval, in force or lapsed."""

    row: Approval
    step: str
    role: str


@dataclass(frozen=True)
class WantedApproval:
    """A step out of the present stage that needs approval: how far it is, and what the reader can do."""

    code: str
    step: str
    badge: Badge
    by: str
    url: str
    own: bool


@dataclass(frozen=True)
class ApprovalPanel:
    """The approvals of a case."""

    wanted: tuple[WantedApproval, ...]
    in_force: tuple[ApprovalLine, ...]
    lapsed: tuple[ApprovalLine, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no approval was ever wanted or given."""
        return not (self.wanted or self.in_force or self.lapsed)


@dataclass(frozen=True)
class ApprovalPage:
    """The form of one approval."""

    case: CaseFile
    wanted: WantedApproval
    form: Bound[ApprovalForm]


def approval_panel(
    case: CaseFile, programme: Programme, actor: Actor, rows: Sequence[Approval]
) -> ApprovalPanel | None:
    """The approvals given (`rows`), and those wanted now; None where the programme knows none."""
    if not any(action.needs.approvals for action in programme.actions):
        return None
    lines = [ApprovalLine(row, _step(programme, row.action), _(Role(row.role).traits.title)) for row in rows]
    return ApprovalPanel(
        wanted=_wanted(case, programme, actor, rows),
        in_force=tuple(line for line in lines if line.row.lapsed_at is None),
        lapsed=tuple(line for line in lines if line.row.lapsed_at is not None),
    )


def _wanted(case: CaseFile, programme: Programme, actor: Actor, rows: Sequence[Approval]) -> tuple[WantedApproval, ...]:
    if case.state != CaseState.OPEN:
        return ()
    return tuple(
        _want(case, action, actor, [row for row in rows if row.action == action.code and row.lapsed_at is None])
        for action in programme.actions_from(case.stage)
        if action.needs.approvals
    )


def _want(case: CaseFile, action: StageAction, actor: Actor, in_force: Sequence[Approval]) -> WantedApproval:
    guard = action.needs.approvals
    assert guard is not None
    given = len({row.officer_id for row in in_force if row.role in guard.by})
    reported = {"given": given, "number": guard.number}
    may = may_approve(actor, action) and can(actor, actions.APPROVE, place_of(case.enterprise))
    return WantedApproval(
        code=action.code,
        step=str(action.label),
        badge=("good" if given >= guard.number else "wait", _("已审签 %(given)s / %(number)s") % reported),
        by=listed([_(Role(by).traits.title) for by in guard.by]),
        url=f"/cases/{case.number}/approvals/{action.code}" if may else "",
        own=any(row.officer_id == actor.id for row in in_force),
    )


def _step(programme: Programme, code: str) -> str:
    action = programme.find_action(code)
    return str(action.label) if action else code


@router.get("/{number}/approvals/{code}", action=actions.APPROVE)
def approval_page(call: Call, number: str, code: str) -> Response:
    """The form that gives one's approval or takes it back."""
    return _page(call, number, code, empty())


@router.post("/{number}/approvals/{code}", action=actions.APPROVE)
def approve_route(call: Call, number: str, code: str) -> Response:
    """Approve the step."""

    return call.submit(
        ApprovalForm,
        lambda given: approve_step(
            call.session,
            **call.by,
            number=number,
            command=ApproveStep(action=code[:40], version=given.version, note=given.note),
        ),
        done=lambda _done: call.redirect(f"/cases/{number}#approvals", good=_("已审签。")),
        again=lambda bound: _page(call, number, code, bound),
    )


@router.post("/{number}/approvals/{code}/withdraw", action=actions.APPROVE)
def withdraw_route(call: Call, number: str, code: str) -> Response:
    """Take one's approval back."""

    return call.submit(
        ApprovalForm,
        lambda given: withdraw_approval(
            call.session,
            **call.by,
            number=number,
            command=WithdrawApproval(action=code[:40], version=given.version, reason=given.note),
        ),
        done=lambda _done: call.redirect(f"/cases/{number}#approvals", good=_("已撤回审签。")),
        again=lambda bound: _page(call, number, code, bound),
    )


def _page(call: Call, number: str, code: str, form: Bound[ApprovalForm]) -> Response:
    case = queries.get_visible_to(call.session, call.actor, number)
    approvals = queries.list_approvals(call.session, case.id)
    panel = approval_panel(case, queries.programme_of(call.session, case), call.actor, approvals)
    wanted = next((one for one in panel.wanted if one.code == code), None) if panel else None
    if wanted is None:
        raise Conflict("case.approval.not_here", _("这一步现在不需要审签，请回到该件查看现在的阶段。"))
    return call.render("web/cases/approval.html", ApprovalPage(case, wanted, form))
