"""Parcel after parcel to one partner. While one is with the partner, what the one before brought is written down and the next is
claimed, so that neither side waits for the other's database.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.exchange.delivery.calls import PartnerClient
from app.exchange.delivery.domain import MOST_RECORDS, larger, smaller
from app.exchange.delivery.parcels import Parcel, claim, give_back, still_ours
from app.exchange.delivery.reasons import CallError
from app.exchange.delivery.results import Carried, settle
from app.exchange.handovers.models import HandoverItem
from app.exchange.partners.queries import lock_partner
from app.kit.db import Database, session_scope


@dataclass
class Carrier:
    """Carries what is due for one partner. `whole` is what a call takes at most; `size` how many records go in the next parcel."""

    database: Database
    client: PartnerClient
    partner_id: int
    whole: timedelta
    clock: Callable[[], datetime]
    jitter: Callable[[], float]
    stopping: Callable[[], bool]
    size: int = MOST_RECORDS
    arrived: int = 0

    @property
    def lease(self) -> timedelta:
        """How long claimed records are ours: the call before them, their own, and some for writing down."""
        return 2 * self.whole + timedelta(seconds=5)

    def run(self) -> bool:
        """Send until nothing is due; False when the partner is not to be called any further."""
        with ThreadPoolExecutor(1, "exchange-settling") as aside:
            parcel, before = self._settle_and_claim(None), None
            while parcel is not None:
                held = self._held(parcel)
                if held is None:
                    parcel = self._settle_and_claim(None)
                    continue
                behind = aside.submit(self._settle_and_claim, before)
                before = self._carry(held)
                parcel = behind.result()
                if isinstance(before.brought, CallError):
                    if not self._failed(before, parcel):
                        return False
                    parcel, before = self._settle_and_claim(None), None
                elif parcel is None:
                    parcel, before = self._settle_and_claim(before), None
        return True

    def _carry(self, parcel: Parcel) -> Carried:
        try:
            brought = self.client.post_records(parcel.number, [item.payload for item in parcel.items])
        except CallError as error:
            return Carried(parcel, error)
        self.arrived += len(brought.receipts.readable)
        self.size = max(self.size, larger(len(parcel.items)))
        return Carried(parcel, brought)

    def _failed(self, carried: Carried, following: Parcel | None) -> bool:
        """Write a failure down and give the parcel after it back; whether the partner is well."""
        with session_scope(self.database) as session:
            self._settle(session, carried)
            if following is not None:
                give_back(session, following)
        self.size = smaller(len(carried.parcel.items)) if carried.blames_records else MOST_RECORDS
        return carried.blames_records

    def _settle_and_claim(self, before: Carried | None) -> Parcel | None:
        with session_scope(self.database) as session:
            if before is not None:
                self._settle(session, before)
            return self._claim(session)

    def _settle(self, session: Session, carried: Carried) -> None:
        settle(session, lock_partner(session, self.partner_id), carried, self.clock(), self.jitter())

    def _claim(self, session: Session) -> Parcel | None:
        if self.stopping():
            return None
        now = self.clock()
        return claim(session, self.partner_id, now=now, until=now + self.lease, limit=self.size)

    def _held(self, parcel: Parcel) -> Parcel | None:
        """The parcel, ours for the time of a call; None when it took so long to come to it that somebody else has it now."""
        now = self.clock()
        if now + self.whole <= parcel.lease_until:
            return parcel
        with session_scope(self.database) as session:
            prolonged = update(HandoverItem).where(still_ours(parcel)).values(lease_until=now + self.lease)
            if session.execute(prolonged).rowcount == len(parcel.items):  # type: ignore[attr-defined]
                return replace(parcel, lease_until=now + self.lease)
        return None
