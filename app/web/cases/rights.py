"""The property that serves a case: its lines on the case page, and the picker of class II property."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases import actions, queries
from app.cases.domain.rights import Right
from app.cases.models import CaseFile
from app.cases.schemas import ChooseRights
from app.cases.service.rights import choose_rights
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, empty
from app.kit.i18n import _

router = GuardedRouter(door="web", prefix="/cases")


@dataclass(frozen=True)
class RightLine:
    """A class II property: whether it serves this case, or why it cannot."""

    right: Right
    chosen: bool
    obstacle: str
    locked: bool


@dataclass(frozen=True)
class RightsPanel:
    """The property of the firm of a case, by class."""

    class_one: tuple[Right, ...]
    class_two: tuple[RightLine, ...]


@dataclass(frozen=True)
class RightsPage:
    """The picker of class II property."""

    case: CaseFile
    lines: tuple[RightLine, ...]
    form: Bound[ChooseRights]


def rights_panel(case: CaseFile, rights: Sequence[Right], on: date) -> RightsPanel:
    """The firm's property, as `queries.list_rights` tells it."""
    return RightsPanel(
        class_one=tuple(right for right in rights if right.ip_class == 1),
        class_two=tuple(_line(case, right, on) for right in rights if right.ip_class == 2),
    )


def _line(case: CaseFile, right: Right, on: date) -> RightLine:
    chosen = right.used_by_number == case.number
    return RightLine(
        right=right,
        chosen=chosen,
        obstacle="" if chosen else right.obstacle(case.number, on) or "",
        locked=chosen and case.submitted_on is not None,
    )


@router.get("/{number}/rights", action=actions.CHOOSE_RIGHTS)
def rights_page(call: Call, number: str) -> Response:
    """The picker of class II property."""
    case = queries.get_visible_to(call.session, call.actor, number)
    return call.render("web/cases/rights.html", _page(call.session, case, call.on, empty()))


@router.post("/{number}/rights", action=actions.CHOOSE_RIGHTS)
def rights_route(call: Call, number: str) -> Response:
    """Let exactly the ticked rights serve the case."""
    return call.submit(
        ChooseRights,
        lambda given: choose_rights(call.session, **call.by, number=number, command=given),
        done=lambda _done: call.redirect(f"/cases/{number}#rights", good=_("Ⅱ类知识产权的选用已保存。")),
        again=lambda bound: call.render(
            "web/cases/rights.html",
            _page(call.session, queries.get_visible_to(call.session, call.actor, number), call.on, bound),
        ),
    )


def _page(session: Session, case: CaseFile, on: date, form: Bound[ChooseRights]) -> RightsPage:
    rights = queries.list_rights(session, case.enterprise_id)
    return RightsPage(case, rights_panel(case, rights, on).class_two, form)
