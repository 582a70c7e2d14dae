"""Closing and opening an officer's account; who still leads cases is asked about them first."""

from dataclasses import dataclass

from starlette.responses import Response

from app.accounts.actions import MANAGE_USERS
from app.accounts.models import Officer
from app.accounts.service.officers import get_officer, set_disabled
from app.cases.loads import count_held
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.kit.errors import Invalid
from app.kit.i18n import _
from app.programmes.queries import load_catalogue

router = GuardedRouter(door="web", prefix="/system")


@dataclass(frozen=True)
class DisablePage:
    """What an officer leads who is about to be disabled: programme, how many, and the list that shows them."""

    officer: Officer
    number: int
    held: tuple[tuple[str, int, str], ...]


@router.get("/users/{officer_id}/disable", action=MANAGE_USERS)
def disable_page(call: Call, officer_id: int) -> Response:
    """What the officer still leads, before the account is closed."""
    officer, held = get_officer(call.session, officer_id), count_held(call.session, officer_id)
    known = load_catalogue(call.session).known()
    page = DisablePage(
        officer=officer,
        number=sum(held.values()),
        held=tuple(
            (str(known[code].title), n, f"/cases?state=open&officer={officer.id}&programme={code}")
            for code, n in held.items()
        ),
    )
    return call.render("web/system/user_disable.html", page)


@router.post("/users/{officer_id}/disable", action=MANAGE_USERS)
def disable_user(call: Call, officer_id: int) -> Response:
    """Close an officer's account; its sessions end at once. Who still leads cases is asked about them first."""
    if count_held(call.session, officer_id) and not call.form.get("confirmed"):
        return call.redirect(f"/system/users/{officer_id}/disable")
    return _switch(call, officer_id, disabled=True, good=_("已停用。"))


@router.post("/users/{officer_id}/enable", action=MANAGE_USERS)
def enable_user(call: Call, officer_id: int) -> Response:
    """Open an officer's account again."""
    return _switch(call, officer_id, disabled=False, good=_("已启用。"))


def _switch(call: Call, officer_id: int, *, disabled: bool, good: str) -> Response:
    return call.act(
        lambda: set_disabled(call.session, **call.by, officer_id=officer_id, disabled=disabled),
        f"/system/users/{officer_id}",
        good=lambda _done: call.redirect("/system/users", good=good),
        only=Invalid,
    )
