"""Signing in and out, the language."""

from dataclasses import dataclass
from datetime import timedelta

from pydantic import BaseModel
from starlette.responses import Response

from app.accounts.actions import PUBLIC, SIGN_OUT
from app.accounts.service.signing_in import drop_idle, sign_out
from app.accounts.service.used_forms import forget_used_forms
from app.doors.accounts.sign_in import checked, let_in, trying
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, bind, empty
from app.doors.pages.chrome import home_of
from app.doors.pages.render import safe_next
from app.doors.requests.deps import SESSION_COOKIE
from app.doors.requests.middleware import LANGUAGE_COOKIE
from app.kit.actor import Actor, ActorKind
from app.kit.i18n import LOCALES, _

router = GuardedRouter(door="web")

YEAR_IN_SECONDS = 365 * 24 * 3600


class SignInForm(BaseModel):
    """What a person types to come in."""

    login: str
    password: str


@dataclass(frozen=True)
class SignInPage:
    """`form` as typed (never the password), where to go afterwards."""

    form: Bound[SignInForm]
    next: str


@router.get("/sign-in", action=PUBLIC)
def sign_in_page(call: Call, next: str = "/") -> Response:
    """The sign-in page; someone already in goes on."""
    if call.actor.kind is ActorKind.OFFICER:
        return call.redirect(_landing(call.actor, safe_next(next, "/")))
    return call.render("web/sign_in.html", SignInPage(empty(), safe_next(next, "/")))


@router.post("/sign-in", action=PUBLIC, beforehand=trying(SignInForm, "officer"))
def enter(call: Call) -> Response:
    """Check the password; a refusal is counted and committed."""
    bound = bind(SignInForm, call.form)
    target = safe_next(str(call.form.get("next") or ""), "/")
    forget_used_forms(call.session, call.now)
    drop_idle(call.session, now=call.now, idle=timedelta(minutes=call.settings.session_idle_minutes))
    found = checked(call, bound, "officer")
    if found is None:
        return call.render("web/sign_in.html", SignInPage(bound, target), status=422)
    return let_in(call, call.redirect(_landing(found[1], target)), found[0])


def _landing(actor: Actor, target: str) -> str:
    """Where somebody goes who has come in: the page asked for, but nobody is led to a desk that is not for them."""
    return home_of(actor) if target == "/" else target


@router.post("/sign-out", action=SIGN_OUT)
def leave(call: Call) -> Response:
    """End this browser's session."""
    sign_out(call.session, **call.by, secret=call.request.cookies.get(SESSION_COOKIE, ""))
    door = "/portal/sign-in" if call.actor.kind is ActorKind.ENTERPRISE else "/sign-in"
    response = call.redirect(door, good=_("已退出。"))
    response.delete_cookie(SESSION_COOKIE)
    return response


@router.post("/language", action=PUBLIC)
def switch_language(call: Call) -> Response:
    """Switch between Chinese and English, and stay on the page."""
    wanted = str(call.form.get("locale") or "")
    response = call.redirect(safe_next(str(call.form.get("next") or ""), "/"))
    if wanted in LOCALES:
        response.set_cookie(
            LANGUAGE_COOKIE,
            wanted,
            max_age=YEAR_IN_SECONDS,
            httponly=True,
            samesite="lax",
            secure=call.settings.secure_cookies,
        )
    return response
