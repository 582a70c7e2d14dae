"""When something is sent, tried again, given up; how people want to hear of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.kit.backoff import backoff
from app.kit.i18n import N_
from app.notices.domain.topics import TopicGroup

LEASE = timedelta(minutes=3)
FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=6)
MOST_ATTEMPTS = 8


class Channel(StrEnum):
    """A way out of the house. What is told lies in the inbox in any case."""

    EMAIL = "email"
    WEBHOOK = "webhook"


@dataclass(frozen=True)
class ChannelTraits:
    """What a channel is, besides its code: nothing else asks which one it is."""

    label: str
    by_email: bool = False
    """It needs the person's mail address."""
    bureau_only: bool = False
    """Firms and other departments are not told this way."""
    quiet: bool = False
    """It says nothing until a person asks for it."""

    def reaches(self, account_kind: str, email: str) -> bool:
        """Whether a person of that kind with that address ("" if none) can be told this way."""
        return bool(email) if self.by_email else account_kind == "officer" or not self.bureau_only


CHANNELS: Mapping[Channel, ChannelTraits] = {
    Channel.EMAIL: ChannelTraits(N_("电子邮件"), by_email=True),
    Channel.WEBHOOK: ChannelTraits(N_("企业微信"), bureau_only=True, quiet=True),
}


class DeliveryTiming(StrEnum):
    """How a person wants to hear of a group through a channel."""

    AT_ONCE = "at_once"
    DIGEST = "digest"
    OFF = "off"


class DeliveryState(StrEnum):
    """How far a delivery has come."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    GIVEN_UP = "given_up"


#: What still has to go out.
UNFINISHED = (DeliveryState.WAITING, DeliveryState.FAILED)

MANNER_LABELS = {
    DeliveryTiming.AT_ONCE: N_("即时"),
    DeliveryTiming.DIGEST: N_("每日汇总"),
    DeliveryTiming.OFF: N_("不发送"),
}
STATE_LABELS = {
    DeliveryState.WAITING: N_("待发送"),
    DeliveryState.SENT: N_("已发送"),
    DeliveryState.FAILED: N_("将重试"),
    DeliveryState.GIVEN_UP: N_("已放弃"),
}

#: Few mails unless asked for: at once only what somebody waits for.
_AT_ONCE = frozenset({TopicGroup.ASKED, TopicGroup.OVERSIGHT, TopicGroup.MESSAGES})
_FIRM_AT_ONCE = _AT_ONCE | {TopicGroup.PROGRESS}


def default_manner(account_kind: str, group: TopicGroup, channel: Channel) -> DeliveryTiming:
    """What holds until a person says otherwise: a bureau's group chat hears nothing, mail at once only what waits for an answer."""
    if CHANNELS[channel].quiet:
        return DeliveryTiming.OFF
    at_once = _FIRM_AT_ONCE if account_kind == "enterprise" else _AT_ONCE
    return DeliveryTiming.AT_ONCE if group in at_once else DeliveryTiming.DIGEST


def delay(attempts: int, jitter: float) -> timedelta:
    """How long to wait after the `attempts`-th failure; `jitter` in 0-1."""
    return backoff(attempts, FIRST_DELAY, LONGEST_DELAY, jitter)


def state_after(attempts: int, *, for_good: bool) -> DeliveryState:
    """Where a delivery stands after its `attempts`-th failure; what is refused for good is not tried again."""
    return DeliveryState.GIVEN_UP if for_good or attempts >= MOST_ATTEMPTS else DeliveryState.FAILED


def deadline_stage(due_on: date, on: date, days_before: tuple[int, ...]) -> int | None:
    """Which of the reminders `days_before` is due on `on` for a deadline; None before the first and once it has passed."""
    left = (due_on - on).days
    return min((days for days in days_before if left <= days), default=None) if left >= 0 else None
