"""The table of departmental opinions."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import String

from app.kit.db import Base, BigId, Code, Json, PrimaryKey, UtcDateTime


class Opinion(Base):
    """A question to a department (a term of `department`) about a case, and its answer.

    `outcome`: `agree`, `agree_with_remarks`, `object`, `not_concerned`; empty until answered. `shown` are the ids of the
    documents that the department may open for it.
    """

    __tablename__ = "case_opinion"
    __table_args__ = (
        Index("ix_case_opinion_case", "case_id", "id"),
        Index("ix_case_opinion_department", "department", "answered_at", "due_on", "id"),
        Index(
            "ix_case_opinion_awaited",
            "due_on",
            "id",
            sqlite_where=text("outcome = '' AND withdrawn_at IS NULL"),
            postgresql_where=text("outcome = '' AND withdrawn_at IS NULL"),
        ),
        Index("ix_case_opinion_answered", "answered_at", "id"),
    )

    id: Mapped[PrimaryKey]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    department: Mapped[str] = mapped_column(Code(40))
    question: Mapped[str] = mapped_column(Text)
    shown: Mapped[list[Any]] = mapped_column(Json, default=list)
    asked_by: Mapped[int | None] = mapped_column(BigId)
    asked_by_name: Mapped[str] = mapped_column(String(120))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_on: Mapped[date | None] = mapped_column(Date)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminders: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[str] = mapped_column(Code(20), default="")
    answer: Mapped[str] = mapped_column(Text, default="")
    document_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("document.id"))
    answered_by: Mapped[str] = mapped_column(String(120), default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)
