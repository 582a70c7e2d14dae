"""Kept views of a list: what the list shows of them."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from sqlalchemy.orm import Session

from app.accounts.models import SavedView
from app.accounts.service.views import list_views_visible_to
from app.kit.actor import Actor
from app.kit.i18n import _


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
        url=address_of(view),
        note="" if own and not view.shared else _("已共享") if own else keeper,
        own=own,
        shared=view.shared,
        current=bool(query) and _same(view.query, query),
    )


def address_of(view: SavedView) -> str:
    """Where the view opens."""
    return f"{view.page}?{view.query}" if view.query else view.page


def _same(one: str, other: str) -> bool:
    return sorted(parse_qsl(one)) == sorted(parse_qsl(other))
