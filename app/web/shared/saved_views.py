"""Kept views of lists: what a list shows of them, and keeping, sharing and removing one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.accounts.actions import KEEP_VIEWS
from app.accounts.models import SavedView
from app.accounts.service.views import KeepView, keep_view, list_views_visible_to, remove_view, share_view
from app.doors.call import Call
from app.doors.forms import attempt, bind
from app.doors.pages import safe_next
from app.doors.router import GuardedRouter
from app.kit.actor import Actor
from app.kit.i18n import _

router = GuardedRouter(door="web", prefix="/views")


@dataclass(frozen=True)
class ViewLine:
    """A kept view as its list offers it."""

    id: int
    name: str
    url: str
    note: str
    own: bool
    shared: bool
    current: bool


@dataclass(frozen=True)
class Views:
    """The kept views of one list; `current` names the one that the address is, if any."""

    page: str
    query: str
    lines: tuple[ViewLine, ...]
    current: str


def views_of(session: Session, actor: Actor, url: str) -> Views:
    """The views of the list whose present address, without its cursor, is `url`."""
    page, _mark, query = url.partition("?")
    lines = tuple(_line(view, keeper, actor, query) for view, keeper in list_views_visible_to(session, actor, page))
    return Views(page, query, lines, next((line.name for line in lines if line.current), ""))


def _line(view: SavedView, keeper: str, actor: Actor, query: str) -> ViewLine:
    own = view.officer_id == actor.id
    return ViewLine(
        id=view.id,
        name=view.name,
        url=_address(view),
        note="" if own and not view.shared else _("已共享") if own else keeper,
        own=own,
        shared=view.shared,
        current=bool(query) and _same(view.query, query),
    )


def _address(view: SavedView) -> str:
    return f"{view.page}?{view.query}" if view.query else view.page


def _same(one: str, other: str) -> bool:
    return sorted(parse_qsl(one)) == sorted(parse_qsl(other))


@router.post("", action=KEEP_VIEWS)
def keep(call: Call) -> Response:
    """Keep the list's address under a name, and show the list under it."""
    bound = bind(KeepView, call.form)
    view = attempt(
        call.session, bound, lambda command: keep_view(call.session, actor=call.actor, command=command, now=call.now)
    )
    if view is None:
        told = bound.summary or [message for messages in bound.errors.values() for message in messages]
        return call.redirect(_back(bound.raw), bad=_("视图没有保存：%(why)s") % {"why": " ".join(told)})
    return call.redirect(_address(view), good=_("已保存视图“%(name)s”。") % {"name": view.name})


def _back(raw: Mapping[str, Any]) -> str:
    """The list that the form came from."""
    page, query = str(raw.get("page", "")), str(raw.get("query", ""))
    return safe_next(f"{page}?{query}" if query else page, "/")


@router.post("/{view_id}/share", action=KEEP_VIEWS)
def share(call: Call, view_id: int) -> Response:
    """Share one's own view, or keep it to oneself again."""
    view = share_view(call.session, actor=call.actor, view_id=view_id)
    words = {True: _("已共享视图“%(name)s”。"), False: _("视图“%(name)s”改为仅自己可见。")}
    return call.redirect(_address(view), good=words[view.shared] % {"name": view.name})


@router.post("/{view_id}/remove", action=KEEP_VIEWS)
def remove(call: Call, view_id: int) -> Response:
    """Remove one's own view; its list stays as it is."""
    view = remove_view(call.session, actor=call.actor, view_id=view_id)
    return call.redirect(view.page, good=_("已删除视图“%(name)s”。") % {"name": view.name})
