"""How an enterprise's person comes in: by the one-time link of an invitation, later by name and password."""

from dataclasses import dataclass

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.accounts.actions import PUBLIC
from app.accounts.domain import invitation_state
from app.accounts.models import EnterpriseUser
from app.accounts.queries import list_manager_names
from app.accounts.service.invitations import accept_invitation, find_invitation, look_up_invitation
from app.accounts.service.signing_in import open_session
from app.doors.accounts.sign_in import checked, let_in, making, trying
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, bind, empty
from app.doors.pages.render import safe_next
from app.enterprises.models import Enterprise
from app.enterprises.queries import get_visible_to
from app.kit.actor import SYSTEM, ActorKind
from app.kit.i18n import N_, _

router = GuardedRouter(door="portal", prefix="/portal")

HOME = "/portal"


class PortalSignInForm(BaseModel):
    """Login and password."""

    login: str = Field(max_length=64)
    password: str = Field(max_length=128)


class AcceptForm(BaseModel):
    """What the invited person chooses."""

    login: str = Field(max_length=64)
    name: str = Field(max_length=64)
    password: str = Field(max_length=128)
    repeat: str = Field(max_length=128)


@dataclass(frozen=True)
class PortalSignInPage:
    """The form, and where to go afterwards."""

    form: Bound[PortalSignInForm]
    next: str


_DEAD = {
    "used": (
        N_("这个邀请链接已经用过"),
        N_("每个链接只能开通一个账号。已开通的请直接登录；需要另开账号，请再要一个链接。"),
    ),
    "withdrawn": (N_("这个邀请已被撤回"), N_("邀请人撤回了它。仍需要账号的，请再要一个链接。")),
    "expired": (N_("这个邀请链接已过期"), N_("链接 7 天内有效。请再要一个链接。")),
    "unknown": (N_("没有这个邀请链接"), N_("请核对链接是否完整；仍打不开的，请再要一个链接。")),
}


@dataclass(frozen=True)
class DeadInvitationPage:
    """A link that opens no account (any more): why, and whom to ask."""

    title: str
    text: str
    used: bool
    enterprise: str
    managers: tuple[str, ...]


@dataclass(frozen=True)
class InvitationPage:
    """The form of a live invitation: for which firm, under which address."""

    form: Bound[AcceptForm]
    enterprise: str
    url: str


@router.get("/sign-in", action=PUBLIC)
def sign_in_page(call: Call, next: str = HOME) -> Response:
    """The sign-in page; someone already in goes on."""
    if call.actor.kind is ActorKind.ENTERPRISE:
        return call.redirect(safe_next(next, HOME))
    return call.render("portal/sign_in.html", PortalSignInPage(empty(), safe_next(next, HOME)))


@router.post("/sign-in", action=PUBLIC, beforehand=trying(PortalSignInForm, "enterprise"))
def enter(call: Call) -> Response:
    """Check the password; a refusal is counted and committed."""
    bound = bind(PortalSignInForm, call.form)
    target = safe_next(str(call.form.get("next") or ""), HOME)
    found = checked(call, bound, "enterprise")
    if found is None:
        return call.render("portal/sign_in.html", PortalSignInPage(bound, target), status=422)
    return let_in(call, call.redirect(target), found[0])


@router.get("/invitations/{secret}", action=PUBLIC)
def invitation_page(call: Call, secret: str) -> Response:
    """The invited person chooses a login and a password; a link that is dead says why and whom to ask."""
    if (dead := _dead_link(call, secret)) is not None:
        return dead
    enterprise = _firm_of(call.session, secret)
    return call.render("portal/invitation.html", InvitationPage(empty(), enterprise.name, _address(secret)))


def _chosen_password(call: Call) -> str:
    """What somebody with a live link chose, typed alike twice."""
    given = bind(AcceptForm, call.form).model
    live = find_invitation(call.session, secret=call.request.path_params["secret"], now=call.now)
    return given.password if given and live and given.password == given.repeat else ""


@router.post("/invitations/{secret}", action=PUBLIC, beforehand=making(_chosen_password))
def accept(call: Call, secret: str) -> Response:
    """Turn the link into an account and let the person in."""
    if (dead := _dead_link(call, secret)) is not None:
        return dead
    enterprise, bound = _firm_of(call.session, secret), bind(AcceptForm, call.form)
    given = bound.model
    if given is not None and given.password != given.repeat:
        bound.errors["repeat"] = [_("两次输入的密码不一致。")]

    def done(user: EnterpriseUser) -> Response:
        welcome = call.redirect(HOME, good=_("账号已开通。以后请用登录名和密码登录。"))
        cookie, _actor = open_session(call.session, kind="enterprise", account=user, now=call.now)
        return let_in(call, welcome, cookie)

    def again(bound: Bound[AcceptForm]) -> Response:
        for name in ("password", "repeat"):
            bound.raw.pop(name, None)
        page = InvitationPage(bound, enterprise.name, _address(secret))
        return call.render("portal/invitation.html", page)

    return call.submit(
        bound,
        lambda given: accept_invitation(
            call.session,
            secret=secret,
            login=given.login,
            name=given.name,
            password=given.password,
            now=call.now,
            passwords=call.passwords,
        ),
        done=done,
        again=again,
    )


def _dead_link(call: Call, secret: str) -> Response | None:
    """What is said of a link that opens no account (any more), and whom to ask; None for a live one."""
    found = look_up_invitation(call.session, secret=secret)
    state = invitation_state(found, call.now) if found else "unknown"
    if found is not None and state == "open":
        return None
    firm = get_visible_to(call.session, SYSTEM, found.enterprise_id) if found else None
    page = DeadInvitationPage(
        title=_(_DEAD[state][0]),
        text=_(_DEAD[state][1]),
        used=state == "used",
        enterprise=firm.name if firm else "",
        managers=tuple(list_manager_names(call.session, firm.id)) if firm else (),
    )
    return call.render("portal/invitation_dead.html", page, status=404)


def _firm_of(session: Session, secret: str) -> Enterprise:
    found = look_up_invitation(session, secret=secret)
    return get_visible_to(session, SYSTEM, found.enterprise_id if found else 0)


def _address(secret: str) -> str:
    return f"/portal/invitations/{secret}"
