"""Reads of the exchange beyond the record builder: one enterprise by code, and who has read how far."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.accounts.models import MachineClient
from app.enterprises.models import Enterprise, FormerCode
from app.enterprises.queries import in_own_right
from app.exchange import events
from app.exchange.json_values import Record
from app.exchange.models import ClientReading
from app.exchange.records import RecordPlan, records_by_id
from app.exchange.service import EVENTS_CHANNEL
from app.journal.models import JournalEvent
from app.journal.queries import TimelineFilter, list_events


def find_enterprise_record(session: Session, plan: RecordPlan, region_prefix: str, code: str) -> Record | None:
    """The record of the firm that bears, or once bore, this code; a present bearer goes first."""
    wanted = code.strip().upper().replace("\x00", "")
    former = select(FormerCode.enterprise_id).where(FormerCode.uscc == wanted)
    found = session.execute(
        select(Enterprise.id)
        .where(or_(Enterprise.uscc == wanted, Enterprise.id.in_(former)), in_own_right())
        .order_by((Enterprise.uscc == wanted).desc())
        .limit(1)
    ).scalar()
    return records_by_id(session, plan, region_prefix, [found]).get(found) if found is not None else None


@dataclass(frozen=True)
class ChannelState:
    """How far a client has read on one channel."""

    channel: str
    records: int
    position: int | None
    read_at: datetime

    @property
    def is_feed(self) -> bool:
        """Whether this is the feed, whose position can lag behind the journal."""
        return self.channel == EVENTS_CHANNEL


@dataclass(frozen=True)
class ClientState:
    """A machine client and what it has read."""

    client: MachineClient
    channels: tuple[ChannelState, ...]

    @property
    def feed_position(self) -> int | None:
        """The last feed position the client asked beyond; None when it never followed the feed."""
        return next((channel.position for channel in self.channels if channel.is_feed), None)


def list_client_states(session: Session) -> list[ClientState]:
    """Every machine client, active ones first, with its channels."""
    readings: dict[int, list[ChannelState]] = {}
    for row in session.scalars(select(ClientReading).order_by(ClientReading.channel)):
        state = ChannelState(row.channel, row.records, row.position, row.read_at)
        readings.setdefault(row.client_row_id, []).append(state)
    clients = session.scalars(
        select(MachineClient).order_by(MachineClient.disabled_on.is_not(None), MachineClient.name, MachineClient.id)
    )
    return [ClientState(client, tuple(readings.get(client.id, ()))) for client in clients]


def list_exports(session: Session, limit: int = 50) -> list[JournalEvent]:
    """The newest journalled snapshots."""
    wanted = TimelineFilter(types=(events.SNAPSHOT_SENT, events.SNAPSHOT_BROKEN_OFF))
    return list_events(session, wanted, limit=limit)
