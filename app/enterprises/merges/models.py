"""Tables of the merges."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, BigId, Code, Json, PrimaryKey, UtcDateTime


class FirmMerge(Base):
    """A firm became part of another: who did it, how much moved (`counts` by table), and who took it back.

    `marks` are the marks of editing by hand that the fields of the survivor bore which the merge wrote.
    """

    __tablename__ = "firm_merge"
    __table_args__ = (Index("ix_firm_merge_survivor", "survivor_id", "id"), Index("ix_firm_merge_loser", "loser_id"))

    id: Mapped[PrimaryKey]
    survivor_id: Mapped[int] = mapped_column(BigId, ForeignKey("enterprise.id"))
    loser_id: Mapped[int] = mapped_column(BigId, ForeignKey("enterprise.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_kind: Mapped[str] = mapped_column(Code(16))
    by_id: Mapped[int | None] = mapped_column(BigId)
    by_name: Mapped[str] = mapped_column(String(120))
    counts: Mapped[dict[str, int]] = mapped_column(Json, default=dict)
    marks: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[str] = mapped_column(String(120), default="")


class MergeEntry(Base):
    """One row that a merge wrote, in its `step`: what its columns held before and after. `before` empty: it came; `after` empty: it went."""

    __tablename__ = "merge_entry"
    __table_args__ = (Index("ix_merge_entry_step", "merge_id", "step"),)

    id: Mapped[PrimaryKey]
    merge_id: Mapped[int] = mapped_column(BigId, ForeignKey("firm_merge.id"))
    step: Mapped[int]
    table_name: Mapped[str] = mapped_column(Code(40))
    key: Mapped[dict[str, Any]] = mapped_column(Json)
    before: Mapped[dict[str, Any]] = mapped_column(Json)
    after: Mapped[dict[str, Any]] = mapped_column(Json)
