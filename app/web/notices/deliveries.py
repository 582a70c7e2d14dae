"""系统 → 通知: what leaves the house, what failed and why, and trying it again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.lists import controls
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.kit.errors import NotFound
from app.kit.i18n import N_, _, ngettext
from app.kit.lists.viewer import Viewer
from app.notices.actions import WATCH
from app.notices.channels.port import reason
from app.notices.domain.delivery import CHANNELS, STATE_LABELS, Channel, DeliveryState
from app.notices.lists import DELIVERIES, DeliveryRow
from app.notices.models import Notice, NoticeDelivery
from app.notices.queries import count_deliveries, title_of
from app.notices.recipients import AccountKey, find_accounts
from app.notices.service.retrying import retry_delivery, retry_given_up

router = GuardedRouter(door="web", prefix="/system/notices")

_BADGES = {
    DeliveryState.WAITING: "wait",
    DeliveryState.SENT: "good",
    DeliveryState.FAILED: "wait",
    DeliveryState.GIVEN_UP: "late",
}
_ADDRESS = "/system/notices"


@dataclass(frozen=True)
class DeliveryLine:
    """One delivery."""

    id: int
    title: str
    to: str
    channel: str
    badge: str
    state: str
    digest: bool
    attempts: int
    at: datetime
    error: str
    may_retry: bool


@dataclass(frozen=True)
class NoticeChannelLine:
    """How a channel does; `real` when messages really leave the house."""

    label: str
    is_open: bool
    real: bool
    counts: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class DeliveriesPage:
    """All deliveries, the newest first."""

    channels: tuple[NoticeChannelLine, ...]
    list: Listed[DeliveryRow, DeliveryLine]
    given_up: int

    @property
    def heads(self) -> tuple[dict[str, object], ...]:
        """The heads of the table of channels."""
        numbers = tuple({"label": _(label), "number": True} for label in STATE_LABELS.values())
        return ({"label": _("渠道")}, {"label": _("情况")}, *numbers)


def _lines(viewer: Viewer, rows: Sequence[DeliveryRow]) -> Sequence[DeliveryLine]:
    accounts = find_accounts(viewer.session, [(notice.account_kind, notice.account_id) for _row, notice in rows])
    names = {key: account.name for key, account in accounts.items()}
    return [_line(row, notice, names) for row, notice in rows]


LIST = ListView(
    base=_ADDRESS,
    source=DELIVERIES,
    lines=_lines,
    controls=(
        controls.select("state", N_("状态"), STATE_LABELS, chip=False),
        controls.select(
            "channel", N_("渠道"), {channel: traits.label for channel, traits in CHANNELS.items()}, chip=False
        ),
    ),
    counted=False,
)


@router.get("", action=WATCH)
def deliveries(call: Call, query: Annotated[ListQuery, LIST.asked]) -> Response:
    """What is on its way, and what did not go out."""
    if query["state"] not in ("", *DeliveryState) or query["channel"] not in ("", *Channel):
        raise NotFound("notices.filter", _("没有这个状态。"))
    counts = count_deliveries(call.session)
    page = DeliveriesPage(
        channels=tuple(_channel(call, channel, counts) for channel in Channel),
        list=LIST.listed(query, call.viewer),
        given_up=sum(number for (_each, kept), number in counts.items() if kept is DeliveryState.GIVEN_UP),
    )
    return call.render("web/notices/deliveries.html", page)


@router.post("/{delivery_id:int}/retry", action=WATCH)
def retry(call: Call, delivery_id: int) -> Response:
    """Try one again."""
    retry_delivery(call.session, **call.by, delivery_id=delivery_id)
    return call.redirect(_ADDRESS, good=_("已重新排队发送。"))


@router.post("/retry", action=WATCH)
def retry_all(call: Call) -> Response:
    """Try all that was given up again."""
    number = retry_given_up(call.session, **call.by)
    text = ngettext("已重新排队 %(num)s 条。", "已重新排队 %(num)s 条。", number) % {"num": number}
    return call.redirect(_ADDRESS, good=text)


def _channel(call: Call, channel: Channel, counts: Mapping[tuple[Channel, DeliveryState], int]) -> NoticeChannelLine:
    settings = call.request.app.state.settings
    return NoticeChannelLine(
        label=_(CHANNELS[channel].label),
        is_open=channel in [way.channel for way in settings.notice_ways],
        real=settings.sends_notices,
        counts=tuple((_(label), counts.get((channel, state), 0)) for state, label in STATE_LABELS.items()),
    )


def _line(row: NoticeDelivery, notice: Notice, names: Mapping[AccountKey, str]) -> DeliveryLine:
    state = DeliveryState(row.state)
    return DeliveryLine(
        id=row.id,
        title=title_of(notice),
        to=names.get((notice.account_kind, notice.account_id), "—"),
        channel=_(CHANNELS[Channel(row.channel)].label),
        badge=_BADGES[state],
        state=_(STATE_LABELS[state]),
        digest=row.digest,
        attempts=row.attempts,
        at=row.sent_at or row.next_at,
        error=reason(row.error) if row.error else "",
        may_retry=state in (DeliveryState.FAILED, DeliveryState.GIVEN_UP),
    )
