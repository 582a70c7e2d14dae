"""The table of stored documents."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, BigId, Code, PrimaryKey, UtcDateTime


class StoredFile(Base):
    """One upload. Two uploads of the same bytes are two rows that share one blob."""

    __tablename__ = "stored_file"
    __table_args__ = (Index("ix_stored_file_by_hash", "sha256"),)

    id: Mapped[PrimaryKey]
    sha256: Mapped[str] = mapped_column(Code(64))
    size: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Code(16))
    name: Mapped[str] = mapped_column(String(200))
    by_kind: Mapped[str] = mapped_column(Code(16))
    by_id: Mapped[int | None] = mapped_column(BigId)
    by_name: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
