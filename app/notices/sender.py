"""Sending what waits: claimed under a lease, handed to its channel outside any transaction, and marked with what came of it.

A process that dies after handing a message over and before marking it sends it again once the lease has run out; the message
then carries the same key, by which the other side (or the folder) knows it as the same one.
"""

import logging
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from app.kit.db import Database, read_scope, session_scope
from app.notices.channels.port import ChannelAdapter, NotSentError
from app.notices.domain.delivery import LEASE, UNFINISHED, DeliveryState, delay, state_after
from app.notices.message_templates import Renderer
from app.notices.models import Notice, NoticeDelivery
from app.notices.outgoing_messages import OutgoingMessage, Recipient, compose
from app.notices.recipients import open_accounts

log = logging.getLogger(__name__)

BATCH = 50


@dataclass(frozen=True)
class Sender:
    """Sends what waits for one way. `jitter` in 0-1 spreads the times at which failed ones are tried again."""

    database: Database
    way: ChannelAdapter
    renderer: Renderer
    clock: Callable[[], datetime]
    jitter: Callable[[], float] = random.random

    def send_due(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Send all that is due; returns how many messages went out. Stops for now when the channel is down."""
        sent = 0
        while not stopping() and (parcels := self._claim()):
            for place, parcel in enumerate(parcels):
                down, out = self._send(parcel) if self._still_held(parcel) else (False, 0)
                sent += out
                if down or stopping():
                    self._give_back(parcels[place + 1 :])
                    return sent
        return sent

    def _claim(self) -> list[OutgoingMessage]:
        now = self.clock()
        if not self._anything(now):
            return []
        with session_scope(self.database) as session:
            rows = _due(session, self.way, now)
            for delivery, _notice in rows:
                delivery.lease_until = now + LEASE
            recipients = _recipients(session, [notice for _delivery, notice in rows])
            return list(_parcels(rows, recipients))

    def _still_held(self, parcel: OutgoingMessage) -> bool:
        """Prolong the lease just before sending; False when others before it took so long that somebody else has it now."""
        with session_scope(self.database) as session:
            held = (NoticeDelivery.id.in_(parcel.delivery_ids), NoticeDelivery.lease_until == parcel.lease_until)
            kept = session.execute(update(NoticeDelivery).where(*held).values(lease_until=self.clock() + LEASE))
            return kept.rowcount == len(parcel.delivery_ids)  # type: ignore[attr-defined, no-any-return]

    def _give_back(self, parcels: Sequence[OutgoingMessage]) -> None:
        """What was claimed and not tried may be taken at once by whoever comes next."""
        ids = [key for parcel in parcels for key in parcel.delivery_ids]
        with session_scope(self.database) as session:
            session.execute(update(NoticeDelivery).where(NoticeDelivery.id.in_(ids)).values(lease_until=None))

    def _anything(self, now: datetime) -> bool:
        """Looked up before the write lock is taken."""
        with read_scope(self.database) as session:
            statement = select(NoticeDelivery.id).where(_waits(self.way, now)).limit(1)
            return session.scalar(statement) is not None

    def _send(self, parcel: OutgoingMessage) -> tuple[bool, int]:
        """Whether the channel is down, and how many messages went out (one or none)."""
        try:
            if parcel.to is None:
                raise NotSentError("gone", for_good=True)
            self.way.send(compose(parcel, self.way.channel, self.renderer))
        except NotSentError as error:
            self._failed(parcel, error)
            return error.channel_down, 0
        except Exception:
            log.exception("a notice could not be sent through %s", self.way.channel)
            self._failed(parcel, NotSentError("error"))
            return False, 0
        self._mark(parcel, {"state": DeliveryState.SENT, "sent_at": self.clock(), "error": "", "lease_until": None})
        return False, 1

    def _failed(self, parcel: OutgoingMessage, error: NotSentError) -> None:
        attempts = parcel.attempts + 1
        state = state_after(attempts, for_good=error.for_good)
        next_at = self.clock() + delay(attempts, self.jitter())
        values = {"state": state, "attempts": attempts, "next_at": next_at, "error": error.kept, "lease_until": None}
        self._mark(parcel, values)

    def _mark(self, parcel: OutgoingMessage, values: dict[str, object]) -> None:
        with session_scope(self.database) as session:
            session.execute(update(NoticeDelivery).where(NoticeDelivery.id.in_(parcel.delivery_ids)).values(**values))


def _waits(way: ChannelAdapter, now: datetime) -> ColumnElement[bool]:
    free = or_(NoticeDelivery.lease_until.is_(None), NoticeDelivery.lease_until < now)
    due = and_(NoticeDelivery.state.in_(UNFINISHED), NoticeDelivery.next_at <= now)
    return and_(NoticeDelivery.channel == way.channel, due, free)


def _due(session: Session, way: ChannelAdapter, now: datetime) -> list[tuple[NoticeDelivery, Notice]]:
    """The oldest that are due, and with a part of a digest the whole of it; locked."""
    joined = select(NoticeDelivery, Notice).join(Notice, Notice.id == NoticeDelivery.notice_id).where(_waits(way, now))
    first = (
        joined.order_by(NoticeDelivery.next_at, NoticeDelivery.id)
        .limit(BATCH)
        .with_for_update(of=NoticeDelivery, skip_locked=True)
    )
    rows = {row[0].id: (row[0], row[1]) for row in session.execute(first)}
    for kind, account_id, at in {_mail_of(*row) for row in rows.values() if row[0].digest}:
        theirs = joined.where(
            NoticeDelivery.digest,
            NoticeDelivery.next_at == at,
            Notice.account_kind == kind,
            Notice.account_id == account_id,
        )
        whole = session.execute(theirs.with_for_update(of=NoticeDelivery, skip_locked=True))
        rows |= {row[0].id: (row[0], row[1]) for row in whole}
    return list(rows.values())


def _owner(notice: Notice) -> tuple[str, int]:
    return notice.account_kind, notice.account_id


def _mail_of(delivery: NoticeDelivery, notice: Notice) -> tuple[str, int, datetime]:
    """What lies in one digest: a person's of one hour. Nothing is added to it later: what comes next is due next day."""
    return *_owner(notice), delivery.next_at


def _parcels(
    rows: list[tuple[NoticeDelivery, Notice]], recipients: dict[tuple[str, int], Recipient]
) -> Iterator[OutgoingMessage]:
    """Digests by whose and when, all others by themselves."""
    together: dict[object, list[tuple[NoticeDelivery, Notice]]] = {}
    for row in sorted(rows, key=lambda row: row[0].id):
        together.setdefault(_mail_of(*row) if row[0].digest else row[0].id, []).append(row)
    for pairs in together.values():
        delivery, notice = pairs[0]
        assert delivery.lease_until is not None
        yield OutgoingMessage(
            to=recipients.get(_owner(notice)),
            delivery_ids=tuple(one.id for one, _notice in pairs),
            attempts=max(one.attempts for one, _notice in pairs),
            notices=tuple(one for _delivery, one in pairs),
            digest=delivery.digest,
            lease_until=delivery.lease_until,
        )


def _recipients(session: Session, notices: Sequence[Notice]) -> dict[tuple[str, int], Recipient]:
    """Where the owners can be reached now; an account that was closed meanwhile is not among them."""
    accounts = open_accounts(session, {_owner(notice) for notice in notices})
    return {key: Recipient(key[0], account.name, account.email) for key, account in accounts.items()}
