"""The code of a firm: confirming one that fails its check, giving the firm another one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, empty
from app.enterprises import actions
from app.enterprises.domain.uscc import Uscc, parse_uscc
from app.enterprises.models import Enterprise
from app.enterprises.schemas import NewCode, ReasonInput
from app.enterprises.service import editing
from app.kit.errors import Invalid
from app.kit.i18n import _
from app.web.enterprises.head import EnterpriseHead, editable_firm, head_of

router = GuardedRouter(door="web", prefix="/enterprises")

CONFIRM, CHANGE = "web/enterprises/confirm_code.html", "web/enterprises/change_code.html"


@dataclass(frozen=True)
class CodePage:
    """Confirming a code that fails its check, or giving the firm another one."""

    head: EnterpriseHead
    form: Bound[Any]
    code: Uscc
    mismatch: Uscc | None


def mismatch_of(form: Bound[Any]) -> Uscc | None:
    """The code that was typed, when only its check character does not fit: then the form asks for a reason."""
    try:
        typed = parse_uscc(str(form.raw.get("uscc", "")))
    except Invalid:
        return None
    return None if typed.is_valid else typed


@router.get("/{uscc}/confirm-code", action=actions.CONFIRM_CODE)
def confirm_code_page(call: Call, uscc: str) -> Response:
    firm = editable_firm(call.session, call.actor, uscc)
    return _code_page(call, firm, empty(), CONFIRM)


@router.post("/{uscc}/confirm-code", action=actions.CONFIRM_CODE)
def confirm_code(call: Call, uscc: str) -> Response:
    return _written(call, uscc, ReasonInput, editing.confirm_code, CONFIRM, _("代码已确认，理由已记入时间线。"))


@router.get("/{uscc}/code", action=actions.CHANGE_CODE)
def change_code_page(call: Call, uscc: str) -> Response:
    firm = editable_firm(call.session, call.actor, uscc)
    return _code_page(call, firm, empty(), CHANGE)


@router.post("/{uscc}/code", action=actions.CHANGE_CODE)
def change_code(call: Call, uscc: str) -> Response:
    return _written(call, uscc, NewCode, editing.change_code, CHANGE, _("代码已变更，原代码仍可查到该企业。"))


def _written(
    call: Call, uscc: str, model: type[BaseModel], work: Callable[..., object], template: str, good: str
) -> Response:
    """Do `work` with the form; the page with its messages where it was refused."""
    firm = editable_firm(call.session, call.actor, uscc)
    return call.submit(
        model,
        lambda given: work(call.session, **call.by, enterprise=firm, given=given),
        done=lambda _done: call.redirect(f"/enterprises/{firm.uscc}", good=good),
        again=lambda bound: _code_page(call, firm, bound, template),
    )


def _code_page(call: Call, firm: Enterprise, form: Bound[Any], template: str) -> Response:
    head = head_of(call.session, call.actor, firm, call.now, "")
    page = CodePage(head, form, parse_uscc(firm.uscc), mismatch_of(form))
    return call.render(template, page)
