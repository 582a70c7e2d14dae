"""Tables of the hand-overs."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.exchange.handovers.domain import HandoverState, ItemState, RecordStatus
from app.kit.db import Base, BigId, Code, Json, PrimaryKey, UtcDateTime


class Handover(Base):
    """A batch of one resource for one partner. Count, checksum and position are its manifest, fixed once it is prepared."""

    __tablename__ = "handover"
    __table_args__ = (Index("ix_handover_partner", "partner_id", "id"), Index("ix_handover_state", "state", "id"))

    id: Mapped[PrimaryKey]
    number: Mapped[str] = mapped_column(Code(40), unique=True)
    partner_id: Mapped[int] = mapped_column(BigId, ForeignKey("exchange_partner.id"))
    resource: Mapped[str] = mapped_column(Code(40))
    definition_version: Mapped[str] = mapped_column(Code(10))
    programme_code: Mapped[str] = mapped_column(Code(48), default="")
    basis: Mapped[str] = mapped_column(Code(10))
    transport: Mapped[str] = mapped_column(Code(8))
    state: Mapped[str] = mapped_column(Code(12), default=HandoverState.PREPARING)
    count: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    checksum: Mapped[str] = mapped_column(Code(64), default="")
    position: Mapped[int] = mapped_column(BigId, default=0)
    announced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    job_id: Mapped[int | None] = mapped_column(BigInteger)
    made_by: Mapped[str] = mapped_column(String(120))
    made_by_id: Mapped[int | None] = mapped_column(BigInteger)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reconciled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)


class HandoverItem(Base):
    """One version of one record in a batch: its frozen body (JSON; empty for a tombstone) and what became of it.

    `position` is the record's version: the journal's head when the body was read. `error` is `code: what the other side said`.
    """

    __tablename__ = "handover_item"
    __table_args__ = (
        Index("ix_handover_item_due", "partner_id", "state", "next_at", "id"),
        Index("ix_handover_item_record", "partner_id", "resource", "key", "id"),
        Index("ix_handover_item_handover", "handover_id", "state", "id"),
        UniqueConstraint("partner_id", "idempotency_key"),
    )

    id: Mapped[PrimaryKey]
    handover_id: Mapped[int] = mapped_column(BigId, ForeignKey("handover.id"))
    partner_id: Mapped[int] = mapped_column(BigId, ForeignKey("exchange_partner.id"))
    resource: Mapped[str] = mapped_column(Code(40))
    key: Mapped[str] = mapped_column(Code(120))
    label: Mapped[str] = mapped_column(String(240), default="")
    row_id: Mapped[int | None] = mapped_column(BigInteger)
    enterprise_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    position: Mapped[int] = mapped_column(BigId)
    idempotency_key: Mapped[str] = mapped_column(Code(200))
    retired: Mapped[bool] = mapped_column(default=False)
    body: Mapped[str] = mapped_column(Text, default="")
    digest: Mapped[str] = mapped_column(Code(64), default="")
    state: Mapped[str] = mapped_column(Code(12), default=ItemState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    error: Mapped[str] = mapped_column(String(400), default="")
    answer: Mapped[str] = mapped_column(Text, default="")
    reason_code: Mapped[str] = mapped_column(String(60), default="")
    reason: Mapped[str] = mapped_column(String(400), default="")


class PartnerRecord(Base):
    """What we know of one record at one partner: its last change here, the version last sent, the version they accepted."""

    __tablename__ = "partner_record"
    __table_args__ = (Index("ix_partner_record_state", "partner_id", "resource", "state", "changed_position"),)

    partner_id: Mapped[int] = mapped_column(BigId, ForeignKey("exchange_partner.id"), primary_key=True)
    resource: Mapped[str] = mapped_column(Code(40), primary_key=True)
    key: Mapped[str] = mapped_column(Code(120), primary_key=True)
    enterprise_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    state: Mapped[str] = mapped_column(Code(12), default=RecordStatus.CHANGED)
    changed_position: Mapped[int] = mapped_column(BigId, default=0)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired: Mapped[bool] = mapped_column(default=False)
    sent_position: Mapped[int] = mapped_column(BigId, default=0)
    sent_digest: Mapped[str] = mapped_column(Code(64), default="")
    accepted_position: Mapped[int] = mapped_column(BigId, default=0)
    accepted_digest: Mapped[str] = mapped_column(Code(64), default="")
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    item_id: Mapped[int | None] = mapped_column(BigInteger)


class Receipt(Base):
    """A receipt as it came: by answer, polling, callback or workbook. `applied` false: it changed nothing, `note` says why."""

    __tablename__ = "receipt"
    __table_args__ = (
        UniqueConstraint("partner_id", "receipt_id"),
        Index("ix_receipt_note", "partner_id", "applied", "id"),
    )

    id: Mapped[PrimaryKey]
    partner_id: Mapped[int] = mapped_column(BigId, ForeignKey("exchange_partner.id"))
    receipt_id: Mapped[str] = mapped_column(Code(200))
    channel: Mapped[str] = mapped_column(Code(10))
    kind: Mapped[str] = mapped_column(Code(10))
    subject: Mapped[str] = mapped_column(Code(200))
    outcome: Mapped[str] = mapped_column(Code(12))
    reason_code: Mapped[str] = mapped_column(String(60), default="")
    reason: Mapped[str] = mapped_column(String(400), default="")
    content: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    applied: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(Code(20), default="")
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    repeats: Mapped[int] = mapped_column(default=0)
