"""The table of applications of earlier years."""

from datetime import date

from sqlalchemy import Date, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.enterprises.models import Enterprise, Owner
from app.kit.db import Base, BigId, Code, PrimaryKey


class PastCase(Base):
    """What a firm applied for in an earlier year, and how that ended.

    `result` is `passed`, `failed` or `withdrawn`, "" not known; `stage` how far it got, in the ledger's own words. `imported_in` is the
    import that recorded it, None where a person did. Nothing is decided by it.
    """

    __tablename__ = "past_case"
    __table_args__ = (
        UniqueConstraint("enterprise_id", "programme_code", "year", "round"),
        Index("ix_past_case_year", "year", "id"),
    )

    id: Mapped[PrimaryKey]
    enterprise_id: Mapped[Owner]
    programme_code: Mapped[str] = mapped_column(Code(48))
    year: Mapped[int]
    round: Mapped[str] = mapped_column(String(40), default="")
    number: Mapped[str] = mapped_column(Code(60), default="")
    result: Mapped[str] = mapped_column(Code(40), default="")
    stage: Mapped[str] = mapped_column(String(80), default="")
    decided_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str] = mapped_column(Text, default="")
    imported_in: Mapped[int | None] = mapped_column(BigId)

    enterprise: Mapped[Enterprise] = relationship()
