"""A person's notices as both doors show them: the inbox, the wishes, the address of the calendar."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.doors.calls.call import Call
from app.doors.forms.bound import Bound, bind, empty
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.kit.actor import Actor, ActorKind
from app.kit.db import composition_of
from app.kit.i18n import _
from app.kit.lists.viewer import Viewer
from app.kit.paging import Count
from app.notices.domain.delivery import CHANNELS, MANNER_LABELS, Channel, DeliveryTiming
from app.notices.domain.topics import GROUP_LABELS, Audience, TopicGroup
from app.notices.lists import INBOX
from app.notices.models import Notice
from app.notices.preferences import load_preferences
from app.notices.queries import body_of, count_unread, find_feed, title_of
from app.notices.schemas import OwnSettings
from app.notices.service.settings import own_account
from app.notices.sources import NoticeSources, sources_of


@dataclass(frozen=True)
class InboxLine:
    """One notice."""

    id: int
    title: str
    body: str
    made_at: datetime
    unread: bool
    leads_somewhere: bool


@dataclass(frozen=True)
class InboxPage:
    """The inbox; `newest` is the last notice that is shown as being there, so that marking all read means what was seen."""

    url: str
    list: Listed[Notice, InboxLine]
    unread: Count
    only_unread: bool
    newest: int


@dataclass(frozen=True)
class Wish:
    """One choice: its field, its channel and what is chosen."""

    name: str
    channel: str
    chosen: str


@dataclass(frozen=True)
class GroupLine:
    """A group of topics with what belongs to it, and a wish by channel."""

    label: str
    topics: str
    wishes: tuple[Wish, ...]


@dataclass(frozen=True)
class NoticeSettingsPage:
    """How a person wants to hear, and the calendar. `made` is a new address, shown this once."""

    url: str
    form: Bound[OwnSettings]
    channels: tuple[str, ...]
    groups: tuple[GroupLine, ...]
    manners: tuple[tuple[str, str], ...]
    digest_hour: int
    has_feed: bool
    made: str

    @property
    def columns(self) -> tuple[dict[str, str], ...]:
        """The heads of the table of wishes."""
        return tuple({"label": label} for label in (_("通知内容"), *self.channels))


def inbox_url(actor: Actor) -> str:
    """Where this account's inbox is."""
    return "/portal/notices" if actor.kind is ActorKind.ENTERPRISE else "/notices"


LIST = ListView(
    base="/notices",
    source=INBOX,
    lines=lambda _viewer, rows: [_line(notice) for notice in rows],
    size=30,
    counted=False,
)


def build_inbox(viewer: Viewer, query: ListQuery) -> InboxPage:
    """The inbox, a page of it."""
    url = inbox_url(viewer.actor)
    found = LIST.listed(query, viewer, url)
    return InboxPage(
        url=url,
        list=found,
        unread=count_unread(viewer.session, viewer.actor),
        only_unread=bool(LIST.wanted(query, viewer).unread),
        newest=max((notice.id for notice in found.page.items), default=0),
    )


def _line(notice: Notice) -> InboxLine:
    unread = notice.read_at is None
    return InboxLine(notice.id, title_of(notice), body_of(notice), notice.made_at, unread, bool(notice.path))


def build_settings(call: Call, form: Bound[OwnSettings] | None = None, made: str = "") -> NoticeSettingsPage:
    """The wishes as they stand, or as they were just typed."""
    settings = call.request.app.state.settings
    shown = form or empty({"email": own_account(call.session, call.actor).email})
    channels = _channels(call.actor, [way.channel for way in settings.notice_ways])
    return NoticeSettingsPage(
        url=inbox_url(call.actor),
        form=shown,
        channels=tuple(_(CHANNELS[channel].label) for channel in channels),
        groups=_groups(call.session, call.actor, composition_of(call.session).made(sources_of), channels, shown),
        manners=tuple((str(manner), _(label)) for manner, label in MANNER_LABELS.items()),
        digest_hour=settings.notices_digest_hour,
        has_feed=find_feed(call.session, call.actor) is not None,
        made=made,
    )


def read_settings(form: FormData) -> Bound[OwnSettings]:
    """The wishes as typed; a choice that is none of those offered is told."""
    bound = bind(OwnSettings, form)
    manners = {}
    for group in TopicGroup:
        for channel in Channel:
            value = bound.raw.get(_name(group, channel))
            if value and value not in set(DeliveryTiming):
                bound.summary.append(_("请从列表中选择。"))
            elif value:
                manners[group, channel] = DeliveryTiming(value)
    if bound.model is not None:
        bound.model = bound.model.model_copy(update={"manners": manners})
    return bound


def _name(group: TopicGroup, channel: Channel) -> str:
    return f"{group}_{channel}"


def _channels(actor: Actor, open_ways: Iterable[Channel]) -> list[Channel]:
    """The group chat is the bureau's; a firm and another department have mail."""
    inside = actor.kind is ActorKind.OFFICER and not actor.traits.outside
    return [channel for channel in open_ways if inside or not CHANNELS[channel].bureau_only]


def _reader(actor: Actor) -> Audience:
    if actor.kind is ActorKind.ENTERPRISE:
        return Audience.FIRM
    return Audience.DEPARTMENT if actor.traits.outside else Audience.OFFICER


def _groups(
    session: Session, actor: Actor, sources: NoticeSources, channels: list[Channel], form: Bound[OwnSettings]
) -> tuple[GroupLine, ...]:
    assert actor.id is not None
    key, reader = (str(actor.kind), actor.id), _reader(actor)
    wishes = load_preferences(session, [key])
    lines = []
    for group in TopicGroup:
        topics = [topic for topic in sources.topics if topic.group is group and topic.text_for(reader) is not None]
        if topics:
            offered = tuple(
                Wish(
                    _name(group, channel),
                    _(CHANNELS[channel].label),
                    str(form.raw.get(_name(group, channel)) or wishes.manner(key, group, channel)),
                )
                for channel in channels
            )
            lines.append(GroupLine(_(GROUP_LABELS[group]), "、".join(_(topic.label) for topic in topics), offered))
    return tuple(lines)
