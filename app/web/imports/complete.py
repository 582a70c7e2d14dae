"""完整名单: which lists are complete to which day, saying so by hand, and taking it back."""

from dataclasses import dataclass
from typing import Annotated

from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound
from app.doors.lists import controls
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.enterprises.actions import LIST as READ
from app.enterprises.actions import STATE_COMPLETE
from app.enterprises.complete_lists.denials import kinds_told
from app.enterprises.complete_lists.lists import COMPLETE_LISTS
from app.enterprises.complete_lists.models import CompleteList
from app.enterprises.complete_lists.schemas import CompleteListInput
from app.enterprises.complete_lists.service import state_complete, withdraw_complete
from app.kit.i18n import N_, _
from app.kit.permissions import can
from app.web.imports.complete_form import CompleteListForm, CompleteListLine, complete_form, complete_lines

BASE = "/imports/complete"
router = GuardedRouter(door="web", prefix=BASE)

LIST = ListView(
    base=BASE,
    source=COMPLETE_LISTS,
    lines=complete_lines,
    title=N_("完整名单"),
    controls=(controls.select("withdrawn", N_("状态"), {"1": N_("已撤回")}, blank=N_("有效")),),
)


@dataclass(frozen=True)
class CompleteListsPage:
    """The statements that stand or were withdrawn, and the form for one more."""

    list: Listed[CompleteList, CompleteListLine]
    told: CompleteListForm
    may_state: bool


@router.get("", action=READ)
def complete_lists_page(call: Call, query: Annotated[ListQuery, LIST.asked]) -> Response:
    """The statements of the officer's region."""
    return call.render("web/imports/complete.html", _page(call, query))


def _stated(row: CompleteList) -> str:
    if kinds_told(row.kinds):
        return _("已记为完整名单，判定、摸底和测算随之更新。")
    return _("已记为完整名单。现行条件都不问这类名单，判定不变。")


@router.post("/state", action=STATE_COMPLETE)
def state(call: Call) -> Response:
    """Say that a list which is in the register already is complete."""
    return call.submit(
        CompleteListInput,
        lambda data: state_complete(call.session, **call.by, data=data),
        done=lambda row: call.redirect(BASE, good=_stated(row)),
        again=lambda bound: call.render("web/imports/complete.html", _page(call, LIST.query(), bound)),
    )


@router.post("/{list_id:int}/withdraw", action=STATE_COMPLETE)
def withdraw(call: Call, list_id: int) -> Response:
    """Take a statement back."""
    return call.act(
        lambda: withdraw_complete(call.session, **call.by, list_id=list_id),
        BASE,
        good=_("已撤回，只靠这份名单判否的企业恢复为未知。"),
    )


def _page(call: Call, query: ListQuery, refused: Bound[CompleteListInput] | None = None) -> CompleteListsPage:
    return CompleteListsPage(
        list=LIST.listed(query, call.viewer),
        told=complete_form(call.session, call.actor, refused),
        may_state=can(call.actor, STATE_COMPLETE),
    )
