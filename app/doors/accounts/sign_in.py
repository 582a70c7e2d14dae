"""Coming in with a name and a password, at either door."""

from typing import Any

from starlette.responses import Response

from app.accounts.service.signing_in import AccountKind, sign_in
from app.doors.calls.call import Call
from app.doors.forms.bound import Bound
from app.doors.requests.deps import SESSION_COOKIE
from app.kit.actor import Actor


def checked(call: Call, bound: Bound[Any], kind: AccountKind) -> tuple[str, Actor] | None:
    """The secret of the new session and whose it is; None for a refusal, which is counted and told on the form.

    The form never shows the password again.
    """
    bound.raw.pop("password", None)
    if bound.model is None:
        return None
    login, password = bound.model.login, bound.model.password
    found = sign_in(
        call.session, kind=kind, login=login, password=password, now=call.now, passwords=call.settings.passwords
    )
    if isinstance(found, str):
        bound.summary.append(found)
        return None
    return found


def let_in(call: Call, response: Response, secret: str) -> Response:
    """`response`, which opens the session of `secret` in this browser."""
    response.set_cookie(SESSION_COOKIE, secret, httponly=True, samesite="lax", secure=call.settings.secure_cookies)
    return response
