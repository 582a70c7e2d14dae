"""导入: the rows of imports that wait for a person, decided one by one."""

from collections.abc import Callable
from typing import Annotated, Any

from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.lists.query import ListQuery
from app.doors.pages.render import safe_next
from app.enterprises.actions import IMPORT
from app.enterprises.imports import decisions
from app.enterprises.imports.decisions import Deciding
from app.enterprises.imports.proposals.known_names import forget_name
from app.enterprises.imports.proposals.service import take_firm
from app.enterprises.imports.queries import get_row, get_run_visible_to
from app.kit.i18n import _
from app.web.imports import row_pages as pages

router = GuardedRouter(door="web", prefix="/imports")


@router.get("/waiting", action=IMPORT)
def waiting_page(call: Call, query: Annotated[ListQuery, pages.WAITING.asked]) -> Response:
    page = pages.WaitingRowPage(pages.WAITING.listed(query, call.viewer, waiting=True))
    return call.render("web/imports/waiting.html", page)


@router.post("/{import_id:int}/sheets/{sheet:int}/rows/{number:int}/confirm", action=IMPORT)
def confirm(call: Call, import_id: int, sheet: int, number: int) -> Response:
    desk = _desk(call, import_id, sheet, number)
    return _decide(
        call, desk, lambda: decisions.confirm(desk, str(call.form.get("reason") or "")), _("已确认并导入这一行。")
    )


@router.post("/{import_id:int}/sheets/{sheet:int}/rows/{number:int}/refuse", action=IMPORT)
def refuse(call: Call, import_id: int, sheet: int, number: int) -> Response:
    desk = _desk(call, import_id, sheet, number)
    return _decide(
        call, desk, lambda: decisions.refuse(desk, str(call.form.get("reason") or "")), _("已决定不导入这一行。")
    )


@router.post("/{import_id:int}/sheets/{sheet:int}/rows/{number:int}/reopen", action=IMPORT)
def reopen(call: Call, import_id: int, sheet: int, number: int) -> Response:
    desk = _desk(call, import_id, sheet, number)
    return _decide(call, desk, lambda: decisions.reopen(desk), _("已撤销，这一行重新等待确认。"))


@router.post("/{import_id:int}/sheets/{sheet:int}/rows/{number:int}/choose", action=IMPORT)
def choose(call: Call, import_id: int, sheet: int, number: int) -> Response:
    desk = _desk(call, import_id, sheet, number)
    field, choice = str(call.form.get("field") or ""), str(call.form.get("choice") or "")
    good = _("已采用名单内容。") if choice == decisions.THEIRS else _("已保留本库内容。")
    return _decide(call, desk, lambda: decisions.choose(desk, field, choice), good)


@router.post("/{import_id:int}/sheets/{sheet:int}/rows/{number:int}/undo", action=IMPORT)
def undo(call: Call, import_id: int, sheet: int, number: int) -> Response:
    desk = _desk(call, import_id, sheet, number)
    return _decide(call, desk, lambda: decisions.undo(desk, str(call.form.get("field") or "")), _("已撤销。"))


@router.post("/{import_id:int}/sheets/{sheet:int}/rows/{number:int}/firm", action=IMPORT)
def take_for_firm(call: Call, import_id: int, sheet: int, number: int) -> Response:
    """Take the row in for one of the proposed firms, or another that was looked up."""
    desk = _desk(call, import_id, sheet, number)
    other = f"other-{import_id}-{sheet}-{number}"
    uscc, remember = str(call.form.get("firm") or call.form.get(other) or ""), "remember" in call.form
    return _decide(
        call,
        desk,
        lambda: take_firm(desk, uscc, remember=remember),
        lambda firm: _("第 %(n)s 行已记入“%(name)s”。") % {"n": number, "name": firm.name},
    )


@router.post("/{import_id:int}/sheets/{sheet:int}/rows/{number:int}/forget", action=IMPORT)
def forget(call: Call, import_id: int, sheet: int, number: int) -> Response:
    """The name in the row finds its firm no more; what was taken in stays."""
    desk = _desk(call, import_id, sheet, number)
    return _decide(call, desk, lambda: forget_name(desk), _("以后不再按这个写法认企业。"))


def _desk(call: Call, import_id: int, sheet: int, number: int) -> Deciding:
    run = get_run_visible_to(call.session, call.actor, import_id, lock=True)
    return Deciding(call.session, call.actor, run, get_row(call.session, run, sheet, number, lock=True), call.now)


def _decide(call: Call, desk: Deciding, step: Callable[[], Any], good: str | Callable[[Any], str]) -> Response:
    """Take the step and return to where the person was; a refusal is told there and changes nothing."""
    back = safe_next(str(call.form.get("next") or ""), f"/imports/{desk.run.id}?outcome={desk.row.outcome}")
    return call.act(step, back, good=good)
