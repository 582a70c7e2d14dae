"""Tables of the duplicates."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, BigId, Code, Json, PrimaryKey, UtcDateTime


class DuplicatePair(Base):
    """Two firms that are likely one, and what a person has decided about them; `one_id` is the lower id.

    `score_e4` is the likelihood in ten-thousandths, `observed` the level of each kind of evidence. `facts_sha256` covers what was
    compared: a pair that was decided comes back when it changes. The decision `same` waits for the two to be merged.
    """

    __tablename__ = "duplicate_pair"
    __table_args__ = (
        UniqueConstraint("one_id", "other_id"),
        Index("ix_duplicate_pair_by_other", "other_id"),
        Index("ix_duplicate_pair_by_decision", "decision", "score_e4", "id"),
    )

    id: Mapped[PrimaryKey]
    one_id: Mapped[int] = mapped_column(BigId, ForeignKey("enterprise.id"))
    other_id: Mapped[int] = mapped_column(BigId, ForeignKey("enterprise.id"))
    score_e4: Mapped[int]
    observed: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    facts_sha256: Mapped[str] = mapped_column(Code(64))
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decision: Mapped[str] = mapped_column(Code(16), default="")
    decided_by: Mapped[str] = mapped_column(String(120), default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
