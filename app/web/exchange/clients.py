"""数据交换 → 接口客户端读取: what can be pulled, who pulls it and how far each client has read, what left as a whole."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.accounts.actions import MANAGE_CLIENTS
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.exchange import events
from app.exchange.actions import SEE
from app.exchange.plans import province_plans
from app.exchange.queries import ChannelState, ClientState, list_client_states, list_exports
from app.exchange.records import count_records
from app.exchange.service import EVENTS_CHANNEL, VERDICTS_CHANNEL
from app.journal.models import JournalEvent
from app.journal.queries import head_position
from app.kit.actor import Actor
from app.kit.i18n import _
from app.kit.permissions import can
from app.web.exchange.tabs import ExchangeTab, exchange_tabs

router = GuardedRouter(door="web", prefix="/exchange/clients")

FIRST_DIGITS = 12


@dataclass(frozen=True)
class ResourceLine:
    """One kind of record: its name, how many there are in the officer's region, its fields, its schema."""

    name: str
    code: str
    count: int
    fields: int
    schema: str


@dataclass(frozen=True)
class ClientChannelLine:
    """What a client has read on one channel."""

    name: str
    records: int
    read_at: datetime


@dataclass(frozen=True)
class ClientLine:
    """One machine client: its status in words, its feed position and how far it lags behind."""

    name: str
    client_id: str
    scopes: str
    region: str
    last_used_at: datetime | None
    state: str
    state_text: str
    position: int | None
    behind: int | None
    channels: tuple[ClientChannelLine, ...]


@dataclass(frozen=True)
class ExportLine:
    """One journalled snapshot."""

    at: datetime
    client: str
    resource: str
    region: str
    count: int
    position: int
    checksum: str
    complete: bool


@dataclass(frozen=True)
class ClientReadsPage:
    """The whole page."""

    tabs: tuple[ExchangeTab, ...]
    head: int
    resources: tuple[ResourceLine, ...]
    clients: tuple[ClientLine, ...]
    exports: tuple[ExportLine, ...]
    may_manage: bool


@router.get("", action=SEE)
def clients_page(call: Call) -> Response:
    """What the exchange offers, and what is made of it."""
    head = head_position(call.session)
    page = ClientReadsPage(
        tabs=exchange_tabs("clients"),
        head=head,
        resources=resource_lines(call.session, call.actor),
        clients=tuple(client_line(state, head) for state in list_client_states(call.session)),
        exports=tuple(export_line(event) for event in list_exports(call.session)),
        may_manage=can(call.actor, MANAGE_CLIENTS),
    )
    return call.render("web/exchange/clients.html", page)


def resource_lines(session: Session, actor: Actor) -> tuple[ResourceLine, ...]:
    """The resources, counted by the very scope that lists, feed and snapshots have."""
    return tuple(
        ResourceLine(
            name=str(plan.definition.title),
            code=name,
            count=count_records(session, plan, actor.region_prefix),
            fields=len(plan.definition.fields),
            schema=f"/api/v1/schemas/{name}.json",
        )
        for name, plan in province_plans().items()
    )


def client_line(state: ClientState, head: int) -> ClientLine:
    """A client in words."""
    client, position = state.client, state.feed_position
    behind = None if position is None else head - position
    colour, text = _status_words(state, behind)
    return ClientLine(
        name=client.name,
        client_id=client.client_id,
        scopes=client.scopes,
        region=client.region_prefix or _("不限"),
        last_used_at=client.last_used_at,
        state=colour,
        state_text=text,
        position=position,
        behind=behind,
        channels=tuple(channel_line(channel) for channel in state.channels),
    )


def _status_words(state: ClientState, behind: int | None) -> tuple[str, str]:
    if state.client.disabled_on is not None:
        return "idle", _("已停用")
    if behind is None:
        return "wait", _("未读取变更")
    return ("good", _("已读到最新")) if behind == 0 else ("info", _("落后 %(n)s 个位置") % {"n": behind})


def channel_line(channel: ChannelState) -> ClientChannelLine:
    """A channel in words."""
    return ClientChannelLine(_channel_name(channel.channel), channel.records, channel.read_at)


def _channel_name(code: str) -> str:
    if code == EVENTS_CHANNEL:
        return _("变更")
    if code == VERDICTS_CHANNEL:
        return _("判定")
    plan = province_plans().get(code)
    return str(plan.definition.title) if plan else code


def export_line(event: JournalEvent) -> ExportLine:
    """A journalled snapshot in words."""
    data = event.data
    return ExportLine(
        at=event.at,
        client=event.actor_name,
        resource=_channel_name(event.subject_id),
        region=data["region_prefix"] or _("不限"),
        count=data["count"],
        position=data["position"],
        checksum=data["sha256"][:FIRST_DIGITS],
        complete=event.type == events.SNAPSHOT_SENT,
    )
