"""The message itself, from one notice or from a day's digest: mail in plain text and HTML, markdown for a chat."""

from dataclasses import dataclass
from datetime import datetime

from app.kit.i18n import _, use_locale
from app.notices.channels.port import Message, NotSentError
from app.notices.domain.delivery import CHANNELS, Channel
from app.notices.message_templates import Renderer
from app.notices.models import Notice


@dataclass(frozen=True)
class Recipient:
    """Whom a message goes to."""

    kind: str
    name: str
    email: str


@dataclass(frozen=True)
class OutgoingMessage:
    """What goes out as one message: one notice, or a person's digest. `to` is empty when the account is no more."""

    to: Recipient | None
    delivery_ids: tuple[int, ...]
    attempts: int
    notices: tuple[Notice, ...]
    digest: bool
    lease_until: datetime

    @property
    def key(self) -> str:
        """The same for the same contents, however often they are tried."""
        return f"{'digest' if self.digest else 'notice'}-{self.delivery_ids[0]}"


@dataclass(frozen=True)
class MessageLine:
    """One notice as its templates see it."""

    title: str
    body: str
    url: str


@dataclass(frozen=True)
class Letter:
    """What the templates of `email/` see."""

    office: str
    name: str
    lines: tuple[MessageLine, ...]
    settings_url: str


def compose(parcel: OutgoingMessage, channel: Channel, renderer: Renderer) -> Message:
    """The message of a parcel, in Chinese, the language of the house. Raises `NotSentError` without an address."""
    assert parcel.to is not None
    if CHANNELS[channel].by_email and not parcel.to.email:
        raise NotSentError("no_address", for_good=True)
    with use_locale("zh"):
        letter = _letter(parcel, renderer)
        return Message(
            key=parcel.key,
            to_name=parcel.to.name,
            to_address=parcel.to.email,
            subject=_subject(parcel),
            plain=_body(renderer, "email/notice.txt", letter),
            html=_body(renderer, "email/notice.html", letter),
            markdown=_body(renderer, "email/chat.txt", letter),
        )


def _letter(parcel: OutgoingMessage, renderer: Renderer) -> Letter:
    assert parcel.to is not None
    lines = tuple(
        MessageLine(one.title_zh, one.body_zh, f"{renderer.base_url}{one.path}" if one.path else "")
        for one in parcel.notices
    )
    door = "/portal" if parcel.to.kind == "enterprise" else ""
    return Letter(renderer.office, parcel.to.name, lines, f"{renderer.base_url}{door}/notices/settings")


def _subject(parcel: OutgoingMessage) -> str:
    if not parcel.digest:
        return parcel.notices[0].title_zh
    return _("今日通知汇总：%(n)s 条") % {"n": len(parcel.notices)}


def _body(renderer: Renderer, name: str, letter: Letter) -> str:
    return renderer.environment.get_template(name).render(page=letter).strip() + "\n"
