"""Coming in with a name and a password, at either door."""

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel
from starlette.responses import Response

from app.accounts.service.signing_in import AccountKind, find_to_try, locked_text, sign_in
from app.doors.calls.beforehand import SlowWork, hashing
from app.doors.calls.call import Call
from app.doors.calls.entrance import Beforehand
from app.doors.forms.bound import Bound, bind
from app.doors.requests.deps import SESSION_COOKIE
from app.kit.actor import Actor


def trying(form: type[BaseModel], kind: AccountKind) -> Beforehand:
    """The password is tried before the transaction in which its owner is let in: nobody who writes waits for the hashing."""

    def beforehand(call: Call) -> SlowWork | None:
        given: Any = bind(form, call.form).model
        if given is None or call.passwords.is_public(given.password):
            return None
        account = find_to_try(call.session, kind, given.login)
        if account is not None and locked_text(account, call.now):
            return None
        kept, password = account.password_hash if account else None, given.password
        return hashing(call.request, lambda passwords: passwords.having_tried(password, kept))

    return beforehand


def making(of: Callable[[Call], str]) -> Beforehand:
    """A new password, as `of` finds it in what was sent ("" for none), is hashed before the transaction that keeps it."""

    def beforehand(call: Call) -> SlowWork | None:
        password = of(call)
        return hashing(call.request, lambda passwords: passwords.having_made(password)) if password else None

    return beforehand


def checked(call: Call, bound: Bound[Any], kind: AccountKind) -> tuple[str, Actor] | None:
    """The secret of the new session and whose it is; None for a refusal, which is counted and told on the form.

    The form never shows the password again.
    """
    bound.raw.pop("password", None)
    if bound.model is None:
        return None
    login, password = bound.model.login, bound.model.password
    found = sign_in(
        call.session,
        kind=kind,
        login=login,
        password=password,
        now=call.now,
        passwords=call.passwords,
    )
    if isinstance(found, str):
        bound.summary.append(found)
        return None
    return found


def let_in(call: Call, response: Response, secret: str) -> Response:
    """`response`, which opens the session of `secret` in this browser."""
    response.set_cookie(SESSION_COOKIE, secret, httponly=True, samesite="lax", secure=call.settings.secure_cookies)
    return response
