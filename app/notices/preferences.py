"""How each account wants to hear: what it said itself, else the quiet defaults."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from app.notices.domain.delivery import Channel, DeliveryTiming, default_manner
from app.notices.domain.topics import TopicGroup
from app.notices.models import NoticePreference
from app.notices.recipients import AccountKey


@dataclass(frozen=True)
class Preferences:
    """The wishes of some accounts."""

    said: dict[tuple[AccountKey, str, str], DeliveryTiming]

    def manner(self, account: AccountKey, group: TopicGroup, channel: Channel) -> DeliveryTiming:
        """What this account wants for the group on the channel."""
        said = self.said.get((account, group, channel))
        return said if said is not None else default_manner(account[0], group, channel)


def load_preferences(session: Session, accounts: Collection[AccountKey]) -> Preferences:
    """The wishes of these accounts; one query."""
    if not accounts:
        return Preferences({})
    key = tuple_(NoticePreference.account_kind, NoticePreference.account_id)
    rows = session.scalars(select(NoticePreference).where(key.in_(sorted(set(accounts)))))
    return Preferences(
        {((row.account_kind, row.account_id), row.group, row.channel): DeliveryTiming(row.manner) for row in rows}
    )
