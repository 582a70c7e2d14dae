"""The code of a firm: confirming one that fails its check, giving the firm another one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.doors.deps import CurrentActor, DbSession, Form, Now
from app.doors.forms import Bound, attempt, bind, empty
from app.doors.pages import redirect, render
from app.doors.router import GuardedRouter
from app.enterprises import actions
from app.enterprises.domain.uscc import Uscc, parse_uscc
from app.enterprises.models import Enterprise
from app.enterprises.schemas import NewCode, Reason
from app.enterprises.service import editing
from app.kit.actor import Actor
from app.kit.errors import Invalid
from app.kit.i18n import _
from app.web.enterprises.head import Head, editable_firm, head_of

router = GuardedRouter(door="web", prefix="/enterprises")

CONFIRM, CHANGE = "web/enterprises/confirm_code.html", "web/enterprises/change_code.html"


@dataclass(frozen=True)
class CodePage:
    """Confirming a code that fails its check, or giving the firm another one."""

    head: Head
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
def confirm_code_page(request: Request, session: DbSession, actor: CurrentActor, now: Now, uscc: str) -> Response:
    firm = editable_firm(session, actor, uscc)
    return _code_page(request, session, actor, firm, empty(), now, CONFIRM)


@router.post("/{uscc}/confirm-code", action=actions.CONFIRM_CODE)
def confirm_code(
    request: Request, session: DbSession, actor: CurrentActor, form: Form, now: Now, uscc: str
) -> Response:
    firm = editable_firm(session, actor, uscc)
    bound = bind(Reason, form)
    if attempt(session, bound, lambda given: _confirmed(session, actor, firm, given, now)):
        return redirect(request, f"/enterprises/{firm.uscc}", good=_("代码已确认，理由已记入时间线。"))
    return _code_page(request, session, actor, firm, bound, now, CONFIRM, status=422)


def _confirmed(session: Session, actor: Actor, firm: Enterprise, given: Reason, now: datetime) -> bool:
    editing.confirm_code(session, actor=actor, enterprise=firm, given=given, now=now)
    return True


@router.get("/{uscc}/code", action=actions.CHANGE_CODE)
def change_code_page(request: Request, session: DbSession, actor: CurrentActor, now: Now, uscc: str) -> Response:
    firm = editable_firm(session, actor, uscc)
    return _code_page(request, session, actor, firm, empty(), now, CHANGE)


@router.post("/{uscc}/code", action=actions.CHANGE_CODE)
def change_code(request: Request, session: DbSession, actor: CurrentActor, form: Form, now: Now, uscc: str) -> Response:
    firm = editable_firm(session, actor, uscc)
    bound = bind(NewCode, form)
    if attempt(session, bound, lambda given: _recoded(session, actor, firm, given, now)):
        return redirect(request, f"/enterprises/{firm.uscc}", good=_("代码已变更，原代码仍可查到该企业。"))
    return _code_page(request, session, actor, firm, bound, now, CHANGE, status=422)


def _recoded(session: Session, actor: Actor, firm: Enterprise, given: NewCode, now: datetime) -> bool:
    editing.change_code(session, actor=actor, enterprise=firm, given=given, now=now)
    return True


def _code_page(
    request: Request,
    session: Session,
    actor: Actor,
    firm: Enterprise,
    form: Bound[Any],
    now: datetime,
    template: str,
    *,
    status: int = 200,
) -> Response:
    head = head_of(session, actor, firm, now, "")
    page = CodePage(head, form, parse_uscc(firm.uscc), mismatch_of(form))
    return render(request, template, page, status=status)
