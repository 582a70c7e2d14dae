"""Views of lists that officers keep under a name: their filters, order and columns; shared ones everybody sees."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import BigInteger, Select, bindparam, or_, select
from sqlalchemy.orm import Session

from app.accounts.actions import KEEP_VIEWS
from app.accounts.models import Officer, SavedView
from app.kit.actor import Actor
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.i18n import _
from app.kit.permissions import require

MOST = 50
"""Views that one officer keeps of one list; more nobody finds again."""


class KeepView(BaseModel):
    """A list's address as it is now, under a name."""

    model_config = ConfigDict(extra="forbid")

    page: Annotated[str, Field(pattern=r"^/[a-z/-]{1,59}$")]
    query: Annotated[str, Field(max_length=2000)] = ""
    name: Annotated[str, Field(min_length=1, max_length=60)]
    shared: bool = False


_READER = bindparam("reader", type_=BigInteger)
#: Made once: every list asks it.
_VIEWS = (
    select(SavedView.__table__, Officer.name.label("keeper"))
    .join(Officer, Officer.id == SavedView.officer_id)
    .where(SavedView.page == bindparam("page"), or_(SavedView.shared, SavedView.officer_id == _READER))
    .order_by(SavedView.officer_id != _READER, SavedView.name, SavedView.id)
)


def list_views_visible_to(session: Session, actor: Actor, page: str) -> list[tuple[SavedView, str]]:
    """The officer's own views of a list and those that others share, by name, each with its keeper's name; plain rows."""
    rows = session.connection().execute(_VIEWS, {"page": page, "reader": actor.id})
    return [(view, view.keeper) for view in rows]  # type: ignore[misc]


def keep_view(session: Session, *, actor: Actor, command: KeepView, now: datetime) -> SavedView:
    """Keep the view; one of the same name is replaced. A personal setting: no event.

    Raises `Invalid` for an empty name and `Conflict` beyond fifty views of one list.
    """
    require(actor, KEEP_VIEWS)
    name = command.name.strip()
    if not name:
        raise Invalid("view.name", _("请给视图起个名字。"), {"name": _("请填写名称。")})
    own = list(session.scalars(_own(actor).where(SavedView.page == command.page)))
    view = next((view for view in own if view.name == name), None)
    if view is None:
        if len(own) >= MOST:
            raise Conflict("view.too_many", _("一个列表最多保存 %(n)s 个视图，请先删除不用的。") % {"n": MOST})
        view = SavedView(officer_id=actor.id, page=command.page, name=name, created_at=now)
        session.add(view)
    view.query, view.shared = command.query, command.shared
    session.flush()
    return view


def share_view(session: Session, *, actor: Actor, view_id: int) -> SavedView:
    """Share one's own view with everybody, or take it back. Raises `NotFound`."""
    view = _get_own(session, actor, view_id)
    view.shared = not view.shared
    return view


def remove_view(session: Session, *, actor: Actor, view_id: int) -> SavedView:
    """Remove one's own view. Raises `NotFound`."""
    view = _get_own(session, actor, view_id)
    session.delete(view)
    return view


def _own(actor: Actor) -> Select[SavedView]:
    return select(SavedView).where(SavedView.officer_id == actor.id)


def _get_own(session: Session, actor: Actor, view_id: int) -> SavedView:
    require(actor, KEEP_VIEWS)
    found = session.scalars(_own(actor).where(SavedView.id == view_id)).one_or_none()
    if found is None:
        raise NotFound("view.unknown", _("没有这个视图，或它不是您保存的。"))
    return found
