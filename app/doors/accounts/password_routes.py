"""The routes of a person's own password, the same behind both doors; each door brings its router and its template."""

from dataclasses import dataclass

from pydantic import BaseModel, Field
from starlette.responses import Response

from app.accounts.domain import MAXIMUM_PASSWORD
from app.accounts.passwords import Passwords
from app.accounts.service.own_password import Account, change_own_password, find_own_to_try
from app.accounts.service.signing_in import locked_text
from app.doors.calls.beforehand import SlowWork, hashing
from app.doors.calls.call import Call
from app.doors.calls.entrance import Door
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, bind, empty
from app.doors.pages.chrome import home_of
from app.doors.requests.deps import SESSION_COOKIE
from app.kit.i18n import _
from app.kit.permissions import Action


class PasswordForm(BaseModel):
    """The old and the new password."""

    old: str = Field(max_length=MAXIMUM_PASSWORD)
    new: str
    repeat: str


@dataclass(frozen=True)
class PasswordPage:
    """The form for a new password, and where it goes."""

    form: Bound[PasswordForm]
    url: str


def _hashing(call: Call) -> SlowWork | None:
    """The old password is tried, and the new one hashed where the old one is right, before the transaction that changes it."""
    given = bind(PasswordForm, call.form).model
    account = find_own_to_try(call.session, call.actor)
    if given is None or given.new != given.repeat or locked_text(account, call.now):
        return None
    old, new, kept = given.old, given.new, account.password_hash

    def work(passwords: Passwords) -> Passwords:
        tried = passwords.having_tried(old, kept)
        return tried.having_made(new) if new != old and tried.fits(old, kept) else tried

    return hashing(call.request, work)


def password_router(door: Door, prefix: str, *, action: Action, template: str) -> GuardedRouter:
    """The router of one door, whose people may do `action`."""
    router = GuardedRouter(door=door, prefix=prefix)
    url = f"{prefix}/password"

    @router.get("/password", action=action)
    def password_page(call: Call) -> Response:
        """The form for a new password."""
        return call.render(template, PasswordPage(empty(), url))

    @router.post("/password", action=action, beforehand=_hashing)
    def change_password(call: Call) -> Response:
        """Change the own password, knowing the old one; a wrong one is counted and committed."""
        bound = bind(PasswordForm, call.form)
        if bound.model is not None and bound.model.new != bound.model.repeat:
            bound.errors["repeat"] = [_("两次输入的新密码不一致。")]
        secret = call.request.cookies.get(SESSION_COOKIE, "")

        def done(changed: Account | str) -> Response:
            if isinstance(changed, str):
                bound.errors["old"] = [changed]
                return again(bound)
            return call.redirect(home_of(call.actor), good=_("密码已修改。其他设备上的登录已退出。"))

        def again(bound: Bound[PasswordForm]) -> Response:
            bound.raw.clear()
            return call.render(template, PasswordPage(bound, url), status=422)

        return call.submit(
            bound,
            lambda given: change_own_password(
                call.session, **call.by, old=given.old, new=given.new, secret=secret, passwords=call.passwords
            ),
            done=done,
            again=again,
        )

    return router
