"""What was called and what came of it, kept for a month; how a partner is doing, kept with the partner."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.exchange.delivery.calls import PartnerResponse
from app.exchange.delivery.domain import CALLS_KEPT
from app.exchange.delivery.reasons import CallError
from app.exchange.partners.domain import FIRST_PAUSE, pause_after
from app.exchange.partners.models import Partner, PartnerCall, UsedNonce
from app.kit.db import Database, read_scope, session_scope
from app.kit.i18n import N_
from app.kit.reasons import kept_error

_CHUNK = 1_000


class Purpose(StrEnum):
    """What a call is for."""

    CONNECTION = "connection"
    MANIFEST = "manifest"
    RECORDS = "records"
    RECEIPTS = "receipts"


PURPOSE_LABELS = {
    Purpose.CONNECTION: N_("建立连接"),
    Purpose.MANIFEST: N_("登记批次"),
    Purpose.RECORDS: N_("推送记录"),
    Purpose.RECEIPTS: N_("查询回执"),
}


@dataclass(frozen=True)
class About:
    """What a call was about: for what, of which batch, how many records."""

    purpose: Purpose
    handover_id: int | None = None
    records: int = 0


def note_success(
    session: Session, partner: Partner, about: About, answer: PartnerResponse, now: datetime, odd: int = 0
) -> None:
    """The partner answered: the circuit closes. `odd` counts receipts in the answer that could not be read."""
    partner.failures, partner.open_until, partner.last_error = 0, None, ""
    partner.last_success_at = now
    error = kept_error("receipts", str(odd)) if odd else ""
    session.add(_call(partner, about, now, answer, error))


def note_failure(
    session: Session, partner: Partner, about: About, error: CallError, now: datetime, jitter: float
) -> None:
    """No answer that holds: after some in a row no call is made for a while, and for as long as the partner itself asks for."""
    if error.code == "busy":
        pause = error.pause or FIRST_PAUSE
    else:
        partner.failures += 1
        pause = max(pause_after(partner.failures, jitter) or timedelta(), error.pause or timedelta())
    partner.open_until = now + pause if pause else None
    partner.last_failure_at, partner.last_error = now, error.kept
    note_refusal(session, partner, about, error, now)


def note_refusal(session: Session, partner: Partner, about: About, error: CallError, now: datetime) -> None:
    """A call that failed by what it carried: the partner is well."""
    session.add(_call(partner, about, now, error, error.kept))


def prune(database: Database, now: datetime) -> int:
    """Forget some calls of long ago and all nonces that may come again; returns how many rows, 0 when none are left.

    Takes no write lock then.
    """
    with read_scope(database) as session:
        first = select(PartnerCall.id).where(PartnerCall.at < now - CALLS_KEPT).limit(1)
        nonce = select(UsedNonce.nonce).where(UsedNonce.expires_at < now).limit(1)
        if session.scalar(first) is None and session.scalar(nonce) is None:
            return 0
    with session_scope(database) as session:
        some = select(PartnerCall.id).where(PartnerCall.at < now - CALLS_KEPT).limit(_CHUNK)
        calls = session.execute(delete(PartnerCall).where(PartnerCall.id.in_(some)))
        nonces = session.execute(delete(UsedNonce).where(UsedNonce.expires_at < now))
        return int(calls.rowcount + nonces.rowcount)  # type: ignore[attr-defined]


def _call(partner: Partner, about: About, now: datetime, heard: PartnerResponse | CallError, error: str) -> PartnerCall:
    return PartnerCall(
        partner_id=partner.id,
        at=now,
        purpose=about.purpose,
        handover_id=about.handover_id,
        records=about.records,
        status=heard.status,
        took_ms=heard.took_ms,
        error=error,
        answer=heard.text,
    )
