"""Tables of supervision and of the rating of the service."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import String

from app.kit.db import Base, BigId, Json, PrimaryKey, UtcDateTime


class Supervision(Base):
    """督办: a section head or leader asks for something about a case by a day; the officer answers; the asker closes it."""

    __tablename__ = "case_supervision"
    __table_args__ = (
        Index("ix_case_supervision_case", "case_id", "id"),
        Index(
            "ix_case_supervision_open",
            "officer_id",
            "due_on",
            "id",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_case_supervision_listed", "due_on", "id"),
    )

    id: Mapped[PrimaryKey]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"))
    request: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[int | None] = mapped_column(BigId)
    asked_by_name: Mapped[str] = mapped_column(String(120))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_on: Mapped[date] = mapped_column(Date)
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_by: Mapped[str] = mapped_column(String(120), default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)


class ServiceRating(Base):
    """What the firm said of the service when its case was finished: once, five grades (GB/T 39735).

    `grade` 5 非常满意 … 1 非常不满意; `items` are the ticked aspects. A bad one (2 or 1) is followed up: `measures` says how.
    """

    __tablename__ = "service_rating"
    __table_args__ = (
        Index("ix_service_rating_listed", "at", "case_id"),
        Index(
            "ix_service_rating_bad",
            "at",
            "case_id",
            sqlite_where=text("grade <= 2 AND measured_at IS NULL"),
            postgresql_where=text("grade <= 2 AND measured_at IS NULL"),
        ),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    grade: Mapped[int]
    items: Mapped[list[Any]] = mapped_column(Json, default=list)
    remark: Mapped[str] = mapped_column(Text, default="")
    by_name: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    measures: Mapped[str] = mapped_column(Text, default="")
    measured_by: Mapped[str] = mapped_column(String(120), default="")
    measured_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)
