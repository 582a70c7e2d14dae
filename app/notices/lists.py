"""An account's notices, and what leaves the house of all notices, as lists."""

from dataclasses import dataclass
from typing import Annotated

from sqlalchemy import ColumnElement, select

from app.kit.lists import filters
from app.kit.lists.source import ListSource, newest
from app.kit.lists.viewer import Viewer
from app.notices.domain.delivery import Channel, DeliveryState
from app.notices.models import Notice, NoticeDelivery
from app.notices.queries import own

DeliveryRow = tuple[NoticeDelivery, Notice]
_TRUE = frozenset(("true", "1", "yes", "on"))


def _unread(_value: bool, _viewer: Viewer) -> ColumnElement[bool]:
    return Notice.read_at.is_(None)


@dataclass(frozen=True)
class NoticeFilter:
    """Which notices; what says nothing does not narrow."""

    unread: Annotated[bool, filters.Filter(lambda said, _viewer: said.lower() in _TRUE or None, _unread)] = False


INBOX: ListSource[Notice, NoticeFilter] = ListSource(
    kind=NoticeFilter,
    visible=lambda viewer: select(Notice).where(*own(viewer.actor)),
    id=Notice.id,
    orders=newest(Notice.id),
)


@dataclass(frozen=True)
class DeliveryFilter:
    """Which deliveries; what says nothing does not narrow."""

    state: Annotated[str, filters.Filter(filters.among(DeliveryState), filters.equal(NoticeDelivery.state))] = ""
    channel: Annotated[str, filters.Filter(filters.among(Channel), filters.equal(NoticeDelivery.channel))] = ""


DELIVERIES: ListSource[DeliveryRow, DeliveryFilter] = ListSource(
    kind=DeliveryFilter,
    visible=lambda _viewer: select(NoticeDelivery, Notice).join(Notice, Notice.id == NoticeDelivery.notice_id),
    id=NoticeDelivery.id,
    orders=newest(NoticeDelivery.id),
)
