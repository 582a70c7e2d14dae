"""Tables of the reconciliations."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, BigId, Code, Json, PrimaryKey, UtcDateTime


class Reconciliation(Base):
    """One comparison of one resource with one partner. Numbers are those of its lines and of the records that agree."""

    __tablename__ = "reconciliation"
    __table_args__ = (Index("ix_reconciliation_partner", "partner_id", "id"),)

    id: Mapped[PrimaryKey]
    partner_id: Mapped[int] = mapped_column(BigId, ForeignKey("exchange_partner.id"))
    resource: Mapped[str] = mapped_column(Code(40))
    source: Mapped[str] = mapped_column(Code(10))
    file_name: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(Code(10))
    position: Mapped[int] = mapped_column(BigId, default=0)
    same: Mapped[int] = mapped_column(default=0)
    differing: Mapped[int] = mapped_column(default=0)
    only_here: Mapped[int] = mapped_column(default=0)
    only_there: Mapped[int] = mapped_column(default=0)
    unreadable: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(400), default="")
    job_id: Mapped[int | None] = mapped_column(BigInteger)
    made_by: Mapped[str] = mapped_column(String(120))
    made_by_id: Mapped[int | None] = mapped_column(BigInteger)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ReconciliationLine(Base):
    """One record that does not agree. `fields` maps a field to [ours, theirs]; `handover_id` once it was queued again."""

    __tablename__ = "reconciliation_line"
    __table_args__ = (Index("ix_reconciliation_line_kind", "reconciliation_id", "kind", "id"),)

    id: Mapped[PrimaryKey]
    reconciliation_id: Mapped[int] = mapped_column(BigId, ForeignKey("reconciliation.id"))
    kind: Mapped[str] = mapped_column(Code(12))
    key: Mapped[str] = mapped_column(Code(120))
    label: Mapped[str] = mapped_column(String(240), default="")
    enterprise_id: Mapped[int | None] = mapped_column(BigInteger)
    fields: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    handover_id: Mapped[int | None] = mapped_column(BigInteger)
