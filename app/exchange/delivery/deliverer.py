"""One round for one partner: follow the journal, announce batches, send what is due, ask for receipts.

No transaction is open during a call. Several deliverers may serve one partner at once; who has claimed a record sends it.
"""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update

from app.exchange.delivery.calls import PartnerClient, Receipted
from app.exchange.delivery.connections import Clients
from app.exchange.delivery.log import About, Purpose, note_failure, note_refusal, note_success
from app.exchange.delivery.lookahead import Sight, list_to_announce, look
from app.exchange.delivery.reasons import CallError
from app.exchange.delivery.results import park_batch
from app.exchange.delivery.transmission import Carrier
from app.exchange.handovers.domain import Manifest
from app.exchange.handovers.models import Handover
from app.exchange.handovers.service.following import follow_partner
from app.exchange.handovers.service.receiving import apply_receipts
from app.exchange.handovers.service.settling import enter_announced
from app.exchange.partners.domain import Circuit, circuit_of
from app.exchange.partners.models import Partner
from app.exchange.partners.queries import lock_partner
from app.kit.clock import utc_now
from app.kit.db import Database, read_scope, session_scope

log = logging.getLogger(__name__)

_ANNOUNCED_AT_ONCE = 20


@dataclass
class Done:
    """What a round did: events followed, batches announced, receipts that came with an answer, receipts polled."""

    followed: int = 0
    announced: int = 0
    answered: int = 0
    polled: int = 0


class _StoppedError(Exception):
    """The partner is not to be called any further in this round; why is written down already."""


@dataclass(frozen=True)
class Deliverer:
    """Serves partners, each from one thread at a time. `poll`: how often a partner is asked while records are with it;
    `jitter` in 0-1 spreads the times at which something is tried again.
    """

    database: Database
    clients: Clients
    poll: timedelta = timedelta(seconds=15)
    clock: Callable[[], datetime] = utc_now
    jitter: Callable[[], float] = random.random

    def run_once(self, code: str, stopping: Callable[[], bool] = lambda: False) -> Done:
        """Do all there is to do for the partner `code`; one that does not answer ends the round."""
        done = Done(followed=follow_partner(self.database, code, self.clock()))
        with read_scope(self.database) as session:
            sight = look(session, code, self.clock(), self.poll)
        if sight is None or sight.idle or stopping() or not self._may_call(sight):
            return done
        try:
            self._call(sight, done, stopping)
        except _StoppedError:
            log.info("the partner %s is not called for now", code)
        return done

    def _call(self, sight: Sight, done: Done, stopping: Callable[[], bool]) -> None:
        client = self._client(sight.partner)
        if sight.to_announce:
            done.announced = self._announce(sight.partner, client, stopping)
        if sight.to_send or done.announced:
            done.answered = self._carry(sight.partner, client, stopping)
        if sight.to_poll:
            done.polled = self._poll(sight.partner, client, stopping)

    def _may_call(self, sight: Sight) -> bool:
        """Not while the circuit is open; when it is half open, who gets there first may try."""
        partner, now = sight.partner, self.clock()
        circuit = circuit_of(partner.failures, partner.open_until, now)
        if circuit is not Circuit.HALF_OPEN:
            return circuit is Circuit.CLOSED
        trial = now + timedelta(seconds=self.clients.limits.whole)
        with session_scope(self.database) as session:
            same = (Partner.id == partner.id, Partner.open_until.is_not_distinct_from(partner.open_until))
            won = session.execute(update(Partner).where(*same).values(open_until=trial))
            return bool(won.rowcount)  # type: ignore[attr-defined]

    def _client(self, partner: Partner) -> PartnerClient:
        try:
            return self.clients.of(partner, self.clock())
        except CallError as error:
            raise self._stopped(partner.id, About(Purpose.CONNECTION), error) from error

    def _announce(self, partner: Partner, client: PartnerClient, stopping: Callable[[], bool]) -> int:
        with read_scope(self.database) as session:
            waiting = list_to_announce(session, partner.id, _ANNOUNCED_AT_ONCE)
        announced = 0
        for handover in waiting:
            if stopping():
                break
            announced += self._announce_one(partner, client, handover)
        return announced

    def _announce_one(self, partner: Partner, client: PartnerClient, handover: Handover) -> bool:
        about = About(Purpose.MANIFEST, handover.id, handover.count)
        try:
            answer = client.put_manifest(_manifest(handover, partner))
        except CallError as error:
            if error.code != "conflict":
                raise self._stopped(partner.id, about, error) from error
            with session_scope(self.database) as session:
                locked = lock_partner(session, partner.id)
                park_batch(session, handover.id, error)
                note_refusal(session, locked, about, error, self.clock())
            return False
        with session_scope(self.database) as session:
            locked = lock_partner(session, partner.id)
            enter_announced(session, handover.id, self.clock())
            note_success(session, locked, about, answer, self.clock())
        return True

    def _carry(self, partner: Partner, client: PartnerClient, stopping: Callable[[], bool]) -> int:
        whole = timedelta(seconds=self.clients.limits.whole)
        carrier = Carrier(self.database, client, partner.id, whole, self.clock, self.jitter, stopping)
        if not carrier.run():
            raise _StoppedError
        return carrier.arrived

    def _poll(self, partner: Partner, client: PartnerClient, stopping: Callable[[], bool]) -> int:
        """Page by page to the end; how many receipts came."""
        cursor, polled = partner.receipts_cursor, 0
        while not stopping():
            try:
                got = client.get_receipts(cursor)
            except CallError as error:
                raise self._stopped(partner.id, About(Purpose.RECEIPTS), error) from error
            if not self._receive(partner.id, cursor, got):
                break
            polled += len(got.receipts.readable)
            if got.next == cursor or not got.count:
                break
            cursor = got.next
        return polled

    def _receive(self, partner_id: int, cursor: str, got: Receipted) -> bool:
        """Apply receipts and move the cursor with them; False when another deliverer has moved it meanwhile."""
        with session_scope(self.database) as session:
            partner, now = lock_partner(session, partner_id), self.clock()
            if partner.receipts_cursor != cursor:
                return False
            apply_receipts(session, partner=partner, channel="polling", receipts=got.receipts.readable, now=now)
            partner.receipts_cursor, partner.polled_at = got.next, now
            about = About(Purpose.RECEIPTS, records=got.count)
            note_success(session, partner, about, got.answer, now, got.receipts.unreadable)
            return True

    def _stopped(self, partner_id: int, about: About, error: CallError) -> _StoppedError:
        """Write a failure down, unless it is ours; what to raise."""
        if error.code == "stopped":
            return _StoppedError()
        with session_scope(self.database) as session:
            note_failure(session, lock_partner(session, partner_id), about, error, self.clock(), self.jitter())
        return _StoppedError()


def _manifest(handover: Handover, partner: Partner) -> Manifest:
    return Manifest(
        number=handover.number,
        resource=handover.resource,
        definition=partner.definition,
        version=handover.definition_version,
        count=handover.count,
        checksum=handover.checksum,
        position=handover.position,
    )
