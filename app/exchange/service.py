"""What pulling leaves behind: the export's journal event, the sign of life of a client."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.accounts.models import MachineClient
from app.exchange import events
from app.exchange.actions import PULL
from app.exchange.models import ClientReading
from app.exchange.snapshot import Snapshot
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.permissions import require

EVENTS_CHANNEL = "events"
#: Verdicts asked for (`/enterprises/{uscc}/verdicts`); kept ones are the resource `verdicts`.
VERDICTS_CHANNEL = "standings"


@dataclass(frozen=True)
class ClientRead:
    """One answer given: how many records of which channel, up to which feed position, to which address."""

    client_row_id: int
    channel: str
    records: int
    position: int | None
    at: datetime
    address: str = ""


def record_token(session: Session, *, actor: Actor, client_id: str, address: str, now: datetime) -> None:
    """Journal that a client was given a token, and note the sign of life from `address`."""
    subject = SubjectKey("client", client_id, actor.name)
    data = {"scopes": sorted(actor.scopes)}
    record(session, actor=actor, now=now, type=events.TOKEN_ISSUED, subject=subject, data=data)
    _sign_of_life(session, actor.id or 0, now, address)


def record_snapshot(session: Session, *, actor: Actor, snapshot: Snapshot, now: datetime) -> None:
    """Journal a snapshot: who, which resource and region, how many records, whether it went out whole."""
    require(actor, PULL)
    kind = events.SNAPSHOT_SENT if snapshot.complete else events.SNAPSHOT_BROKEN_OFF
    subject = SubjectKey("export", snapshot.plan.resource, str(snapshot.plan.definition.title))
    data = {**snapshot.manifest(), "region_prefix": snapshot.region_prefix, "complete": snapshot.complete}
    record(session, actor=actor, now=now, type=kind, subject=subject, data=data)


def note_reading(session: Session, reading: ClientRead) -> None:
    """Add one answer to what the client has read on that channel."""
    key = {"client_row_id": reading.client_row_id, "channel": reading.channel}
    row = session.get(ClientReading, key, with_for_update=True)
    if row is None:
        row = ClientReading(**key, position=None, records=0, read_at=reading.at)
        session.add(row)
    row.records += reading.records
    row.read_at = max(row.read_at, reading.at)
    if reading.position is not None:
        row.position = reading.position
    _sign_of_life(session, reading.client_row_id, reading.at, reading.address)


def _sign_of_life(session: Session, client_row_id: int, at: datetime, address: str) -> None:
    values = {"last_used_at": at, "last_used_from": address[:45]}
    session.execute(update(MachineClient).where(MachineClient.id == client_row_id).values(values))
