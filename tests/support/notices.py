"""A notifier for tests: the real sources and templates, channels that the test can look into."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import EnterpriseUser, Officer
from app.kit.actor import Actor
from app.kit.db import Database, read_scope
from app.kit.templates import make_environment
from app.notices.channels.port import ChannelAdapter, Message, NotSentError
from app.notices.domain.delivery import Channel
from app.notices.message_templates import Renderer
from app.notices.models import Notice, NoticeDelivery
from app.notices.notifier import Notifier
from app.notices.sources import sources_of
from tests.support.house import HOUSE

BASE = "https://yumiao.example.cn"


@dataclass
class Recorder:
    """A channel that keeps what it is given; `refuse` says what is wrong with a message, if anything."""

    channel: Channel = Channel.EMAIL
    sent: list[Message] = field(default_factory=list)
    refuse: Callable[[Message], NotSentError | None] = lambda message: None

    def send(self, message: Message) -> None:
        """Keep it, or refuse it."""
        error = self.refuse(message)
        if error is not None:
            raise error
        self.sent.append(message)


def notifier(database: Database, now: datetime, ways: Sequence[ChannelAdapter] = ()) -> Notifier:
    """Tells at the instant `now`."""
    renderer = Renderer(make_environment(), "潜江市科技局", BASE)
    return Notifier(database, sources_of(HOUSE), ways, renderer, clock=lambda: now)


def mailbox(session: Session, actor: Actor, address: str = "") -> str:
    """Give the account an address."""
    table = Officer if actor.enterprise_id is None else EnterpriseUser
    account = session.get_one(table, actor.id)
    account.email = address or f"{account.login}@example.cn"
    session.flush()
    return account.email


def notices_of(database: Database, actor: Actor) -> list[Notice]:
    """What the account was told, oldest first."""
    with read_scope(database) as session:
        mine = (Notice.account_kind == str(actor.kind), Notice.account_id == actor.id)
        return list(session.scalars(select(Notice).where(*mine).order_by(Notice.id)))


def deliveries(database: Database) -> list[NoticeDelivery]:
    """All deliveries, oldest first."""
    with read_scope(database) as session:
        return list(session.scalars(select(NoticeDelivery).order_by(NoticeDelivery.id)))
