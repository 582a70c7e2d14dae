"""Tables of the evidence vault: stored bytes, and the documents of firms that are kept in them."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.enterprises.models import Enterprise
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


class Document(Base):
    """A document of a firm, usable in every programme and year. `kind` is a term of `document_kind`.

    `year` is the fiscal year it is about, where it is about one. It is on file from `added_at` until it is withdrawn or
    another one replaces it; `valid_until` is the last day on which it may serve as evidence.
    """

    __tablename__ = "document"
    __table_args__ = (
        Index("ix_document_shelf", "enterprise_id", "kind", "year", "id"),
        Index("ix_document_validity", "valid_until"),
    )

    id: Mapped[PrimaryKey]
    enterprise_id: Mapped[int] = mapped_column(BigId, ForeignKey("enterprise.id"))
    kind: Mapped[str] = mapped_column(Code(40))
    title: Mapped[str] = mapped_column(String(200))
    year: Mapped[int | None]
    file_id: Mapped[int] = mapped_column(BigId, ForeignKey("stored_file.id"))
    issued_on: Mapped[date | None]
    valid_until: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text, default="")
    by_kind: Mapped[str] = mapped_column(Code(16))
    by_id: Mapped[int | None] = mapped_column(BigId)
    by_name: Mapped[str] = mapped_column(String(120))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_reason: Mapped[str] = mapped_column(Text, default="")
    replaced_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("document.id"))
    version: Mapped[int] = mapped_column(default=1)

    enterprise: Mapped[Enterprise] = relationship()
    file: Mapped[StoredFile] = relationship()
