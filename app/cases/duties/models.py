"""The table of duties."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import String

from app.kit.db import Base, Code, Json, PrimaryKey, UtcDateTime


class CaseDuty(Base):
    """One duty for one period (`2021Q3`, `2022`, `12` months before expiry, or the day of an event).

    Open while neither done nor waived; open after `due_on` is missed. `values` are the answers to its fields.
    """

    __tablename__ = "case_duty"
    __table_args__ = (
        UniqueConstraint("case_id", "code", "period"),
        Index("ix_case_duty_done", "done_at", "id"),
        Index(
            "ix_case_duty_open",
            "due_on",
            "case_id",
            sqlite_where=text("done_on IS NULL AND waived_on IS NULL"),
            postgresql_where=text("done_on IS NULL AND waived_on IS NULL"),
        ),
    )

    id: Mapped[PrimaryKey]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    code: Mapped[str] = mapped_column(Code(40))
    period: Mapped[str] = mapped_column(Code(10))
    by: Mapped[str] = mapped_column(Code(10))
    title_zh: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(160))
    opens_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date | None] = mapped_column(Date)
    values: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    draft: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    documents: Mapped[list[Any]] = mapped_column(Json, default=list)
    note: Mapped[str] = mapped_column(Text, default="")
    done_on: Mapped[date | None] = mapped_column(Date)
    done_by: Mapped[str] = mapped_column(String(120), default="")
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    waived_on: Mapped[date | None] = mapped_column(Date)
    waived_by: Mapped[str] = mapped_column(String(120), default="")
    version: Mapped[int] = mapped_column(default=1)
