"""Signing in and out, the language."""

from dataclasses import dataclass
from datetime import timedelta

from fastapi import Request
from pydantic import BaseModel
from starlette.responses import Response

from app.accounts.actions import PUBLIC, SIGN_OUT
from app.accounts.service.signing_in import drop_idle, sign_in, sign_out
from app.doors.chrome import home_of
from app.doors.deps import SESSION_COOKIE, AppSettings, CurrentActor, DbSession, Form, Now
from app.doors.forms import Bound, bind, empty
from app.doors.middleware import LANGUAGE_COOKIE
from app.doors.once import forget_old
from app.doors.pages import redirect, render, safe_next
from app.doors.router import GuardedRouter
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
def sign_in_page(request: Request, actor: CurrentActor, next: str = "/") -> Response:
    """The sign-in page; someone already in goes on."""
    if actor.kind is ActorKind.OFFICER:
        return redirect(request, _landing(actor, safe_next(next, "/")))
    return render(request, "web/sign_in.html", SignInPage(empty(), safe_next(next, "/")))


@router.post("/sign-in", action=PUBLIC)
def enter(request: Request, session: DbSession, form: Form, settings: AppSettings, now: Now) -> Response:
    """Check the password; a refusal is counted and committed."""
    bound = bind(SignInForm, form)
    target = safe_next(str(form.get("next") or ""), "/")
    if bound.model is None:
        return render(request, "web/sign_in.html", SignInPage(bound, target), status=422)
    forget_old(session, now)
    drop_idle(session, now=now, idle=timedelta(minutes=settings.session_idle_minutes))
    result = sign_in(
        session,
        kind="officer",
        login=bound.model.login,
        password=bound.model.password,
        now=now,
        passwords=settings.passwords,
    )
    if isinstance(result, str):
        bound.raw.pop("password", None)
        bound.summary.append(result)
        return render(request, "web/sign_in.html", SignInPage(bound, target), status=422)
    response = redirect(request, _landing(result[1], target))
    response.set_cookie(SESSION_COOKIE, result[0], httponly=True, samesite="lax", secure=settings.secure_cookies)
    return response


def _landing(actor: Actor, target: str) -> str:
    """Where somebody goes who has come in: the page asked for, but nobody is led to a desk that is not for them."""
    return home_of(actor) if target == "/" else target


@router.post("/sign-out", action=SIGN_OUT)
def leave(request: Request, session: DbSession, actor: CurrentActor, now: Now) -> Response:
    """End this browser's session."""
    sign_out(session, actor=actor, secret=request.cookies.get(SESSION_COOKIE, ""), now=now)
    door = "/portal/sign-in" if actor.kind is ActorKind.ENTERPRISE else "/sign-in"
    response = redirect(request, door, good=_("已退出。"))
    response.delete_cookie(SESSION_COOKIE)
    return response


@router.post("/language", action=PUBLIC)
def switch_language(request: Request, form: Form, settings: AppSettings) -> Response:
    """Switch between Chinese and English, and stay on the page."""
    wanted = str(form.get("locale") or "")
    response = redirect(request, safe_next(str(form.get("next") or ""), "/"))
    if wanted in LOCALES:
        response.set_cookie(
            LANGUAGE_COOKIE,
            wanted,
            max_age=YEAR_IN_SECONDS,
            httponly=True,
            samesite="lax",
            secure=settings.secure_cookies,
        )
    return response
