"""Tables of the partners."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.exchange.partners.domain import Transport
from app.kit.db import Base, BigId, Code, Json, PrimaryKey, UtcDateTime


class Partner(Base):
    """An institution that we hand records over to. `definition` and `definition_version` name the file under seeds/exchange.

    `region_prefix` limits what it may get, `resources` what is handed over to it; `follows` sends changes by themselves.
    `version_lift` is added to the journal's position in a record's version, so that versions go on rising after a restore.
    `sealed_key` (SM3-HMAC) or `certificate` (SM2) tell its signatures; `client_row_id` is the client by which it calls back.
    """

    __tablename__ = "exchange_partner"

    id: Mapped[PrimaryKey]
    code: Mapped[str] = mapped_column(Code(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    definition: Mapped[str] = mapped_column(Code(40))
    definition_version: Mapped[str] = mapped_column(Code(10))
    transport: Mapped[str] = mapped_column(Code(8), default=Transport.PUSH)
    region_prefix: Mapped[str] = mapped_column(Code(12), default="")
    resources: Mapped[list[str]] = mapped_column(Json, default=list)
    follows: Mapped[bool] = mapped_column(default=False)
    base_url: Mapped[str] = mapped_column(String(240), default="")
    scheme: Mapped[str] = mapped_column(Code(10), default="sm3-hmac")
    key_id: Mapped[str] = mapped_column(Code(60), default="")
    sealed_key: Mapped[str] = mapped_column(Text, default="")
    certificate: Mapped[str] = mapped_column(Text, default="")
    certificate_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    client_row_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("machine_client.id"), index=True)
    receipts_cursor: Mapped[str] = mapped_column(String(200), default="")
    polled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version_lift: Mapped[int] = mapped_column(BigId, default=0)
    failures: Mapped[int] = mapped_column(default=0)
    open_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_success_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_failure_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str] = mapped_column(String(400), default="")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_on: Mapped[date | None]


class PartnerCall(Base):
    """One call made to a partner: what for, what came of it; `answer` is cut to what a person can read. Kept for a month."""

    __tablename__ = "partner_call"
    __table_args__ = (Index("ix_partner_call_partner", "partner_id", "at"),)

    id: Mapped[PrimaryKey]
    partner_id: Mapped[int] = mapped_column(BigId, ForeignKey("exchange_partner.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    purpose: Mapped[str] = mapped_column(Code(12))
    handover_id: Mapped[int | None] = mapped_column(BigInteger)
    records: Mapped[int] = mapped_column(default=0)
    status: Mapped[int | None]
    took_ms: Mapped[int]
    error: Mapped[str] = mapped_column(String(400), default="")
    answer: Mapped[str] = mapped_column(Text, default="")


class UsedNonce(Base):
    """A nonce that a signed call has borne: the same key may not bring it again until `expires_at`."""

    __tablename__ = "used_nonce"

    key_id: Mapped[str] = mapped_column(Code(60), primary_key=True)
    nonce: Mapped[str] = mapped_column(Code(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
