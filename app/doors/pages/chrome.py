"""What surrounds every page: navigation, actor, language, tokens of forms, the notice of the last step."""

from dataclasses import dataclass

from fastapi import Request

from app import __version__
from app.accounts.domain import FIRM_ROLE_LABELS
from app.doors.requests.csrf import token_for
from app.doors.requests.flash import read_flash
from app.doors.requests.once import new_token
from app.kit.actor import ANONYMOUS, Actor, ActorKind
from app.kit.i18n import LANGUAGE_TAGS, N_, Locale, _, current_locale

#: code, address, text and icon of the bureau's navigation, in the order of the day's work.
NAVIGATION = (
    ("desk", "/", N_("工作台"), "desk"),
    ("enterprises", "/enterprises", N_("企业库"), "building"),
    ("cases", "/cases", N_("培育通道"), "flow"),
    ("commissioners", "/commissioners", N_("科技专员"), "person"),
    ("incentives", "/incentives", N_("政策奖补"), "scales"),
    ("targets", "/targets", N_("目标通报"), "target"),
    ("exchange", "/exchange", N_("数据交换"), "exchange"),
    ("system", "/system", N_("系统"), "gear"),
)

#: All that an officer of another department has: what it is asked about.
DEPARTMENT_NAVIGATION = (("department", "/department", N_("征询意见"), "list"),)

#: What a firm's person finds in the portal.
PORTAL_NAVIGATION = (
    ("home", "/portal", N_("办理事项"), "desk"),
    ("documents", "/portal/documents", N_("证据库"), "file"),
    ("timeline", "/portal/timeline", N_("办理记录"), "history"),
    ("people", "/portal/people", N_("人员"), "person"),
)

#: Pages that live under another entry of the navigation.
_UNDER = {
    "imports": "enterprises",
    "search": "enterprises",
    "requests": "enterprises",
    "visits": "enterprises",
    "programmes": "cases",
    "policies": "incentives",
}


@dataclass(frozen=True)
class NavItem:
    """One entry of the navigation."""

    code: str
    label: str
    url: str
    icon: str
    active: bool
    badge: int | None = None


@dataclass(frozen=True)
class Chrome:
    """The frame of a page; templates see it as `chrome`."""

    locale: Locale
    lang_tag: str
    actor: Actor
    role_label: str
    section: str
    office: str
    nav: tuple[NavItem, ...]
    csrf_token: str
    flash: tuple[tuple[str, str], ...]
    path: str
    query: str
    request_id: str
    environment: str
    version: str
    base_url: str
    unread: int = 0

    @property
    def inbox(self) -> str:
        """Where the person's notices are."""
        return "/portal/notices" if self.actor.kind is ActorKind.ENTERPRISE else "/notices"

    @property
    def password(self) -> str:
        """Where the person changes the own password."""
        return "/portal/password" if self.actor.kind is ActorKind.ENTERPRISE else "/password"

    @property
    def of_department(self) -> bool:
        """Whether an officer of another department is signed in: no search, and no pages of the bureau."""
        return self.actor.traits.outside

    @property
    def home(self) -> str:
        """Where an officer's day begins."""
        return home_of(self.actor)

    @property
    def once_token(self) -> str:
        """A fresh token each time it is asked for: one per form."""
        return new_token()

    @property
    def is_officer(self) -> bool:
        """Whether an officer is signed in."""
        return self.actor.kind is ActorKind.OFFICER


def chrome_for(request: Request) -> Chrome:
    """The chrome of this request; needs no database."""
    settings = request.app.state.settings
    actor: Actor = getattr(request.state, "actor", ANONYMOUS)
    locale = current_locale()
    return Chrome(
        locale=locale,
        lang_tag=LANGUAGE_TAGS[locale],
        actor=actor,
        role_label=_role_label(actor),
        section=getattr(request.state, "section", ""),
        office=settings.office,
        nav=_navigation(request.url.path, actor),
        csrf_token=token_for(request),
        flash=read_flash(request),
        path=request.url.path,
        query=request.url.query,
        request_id=getattr(request.state, "request_id", ""),
        environment=settings.env,
        version=__version__,
        base_url=settings.base_url.rstrip("/"),
        unread=getattr(request.state, "unread", 0),
    )


def home_of(actor: Actor) -> str:
    """The first page: an officer's desk, or what the officer's department is asked about; the portal of a firm's person."""
    if actor.kind is ActorKind.ENTERPRISE:
        return "/portal"
    return "/department" if actor.traits.outside else "/"


def _role_label(actor: Actor) -> str:
    if actor.firm_role is not None:
        return _(FIRM_ROLE_LABELS[actor.firm_role])
    return _(actor.traits.label) if actor.role else ""


def _navigation(path: str, actor: Actor) -> tuple[NavItem, ...]:
    if actor.kind is ActorKind.ENTERPRISE:
        place = next((code for code, url, *_rest in PORTAL_NAVIGATION[1:] if path.startswith(url)), "home")
        return tuple(NavItem(code, _(label), url, icon, code == place) for code, url, label, icon in PORTAL_NAVIGATION)
    if actor.kind is not ActorKind.OFFICER:
        return ()
    first = path.strip("/").split("/")[0] or "desk"
    active = _UNDER.get(first, first)
    entries = DEPARTMENT_NAVIGATION if actor.traits.outside else NAVIGATION
    return tuple(NavItem(code, _(label), url, icon, code == active) for code, url, label, icon in entries)
