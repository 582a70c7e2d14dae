"""What every channel is: it takes a message to one person and says plainly what went wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from app.kit.i18n import N_
from app.kit.reasons import kept_error, reported_error
from app.notices.domain.delivery import Channel

#: Why a message did not go out, in words for whoever runs the system; the kept error is `code: what the other side said`.
REASONS: Mapping[str, str] = {
    "unreachable": N_("连接不上对方服务器"),
    "timeout": N_("对方服务器没有在规定时间内应答"),
    "dropped": N_("对方服务器中途断开了连接"),
    "sign_in": N_("账号或密码被拒绝"),
    "recipient": N_("收件地址被拒绝"),
    "refused": N_("对方服务器拒收"),
    "no_address": N_("收件人没有可用的地址"),
    "unset": N_("这个渠道没有启用"),
    "gone": N_("收件人的账号已停用"),
    "error": N_("发送时程序出错"),
}


@dataclass(frozen=True)
class Message:
    """What one person is sent: `key` stays the same however often it is tried, so that the other side can tell repeats."""

    key: str
    to_name: str
    to_address: str
    subject: str
    plain: str
    html: str
    markdown: str


class NotSentError(Exception):
    """It did not go out. `for_good`: trying again is useless. `channel_down`: nothing goes out this way at the moment."""

    def __init__(self, code: str, detail: str = "", *, for_good: bool = False, channel_down: bool = False) -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail
        self.for_good, self.channel_down = for_good, channel_down

    @property
    def kept(self) -> str:
        """As kept with the delivery."""
        return kept_error(self.code, self.detail)


class ChannelAdapter(Protocol):
    """A channel that is set up."""

    @property
    def channel(self) -> Channel:
        """Which one it is."""
        ...

    def send(self, message: Message) -> None:
        """Hand it over; raises `NotSentError`. Returns or raises within the channel's timeout."""
        ...


def reason(kept: str) -> str:
    """A kept error as people read it."""
    return reported_error(kept, REASONS)
