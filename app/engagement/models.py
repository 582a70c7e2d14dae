"""Tables of requests to firms and of visits."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import String

from app.kit.db import Base, BigId, Code, Json, PrimaryKey, UtcDateTime


class FirmRequest(Base):
    """Something asked of a firm: a material, a figure, a visit. `what` is its code (a document kind, a figure, a question).

    `department` is the asking one (`science` for the bureau itself). `reason` is given where it was on file or asked for recently.
    A visit made without having been asked for is a request too, settled the day it was made. `document_id` is the document that
    settled it by its kind, `documents` are those that came with the answer.
    """

    __tablename__ = "firm_request"
    __table_args__ = (
        Index("ix_firm_request_firm", "enterprise_id", "asked_on", "id"),
        Index("ix_firm_request_report", "asked_on", "department", "kind"),
        Index("ix_firm_request_repeat", "enterprise_id", "kind", "what", "year", "asked_on"),
        Index(
            "ix_firm_request_open",
            "due_on",
            "id",
            sqlite_where=text("settled_on IS NULL"),
            postgresql_where=text("settled_on IS NULL"),
        ),
    )

    id: Mapped[PrimaryKey]
    enterprise_id: Mapped[int] = mapped_column(BigId, ForeignKey("enterprise.id"))
    department: Mapped[str] = mapped_column(Code(40))
    kind: Mapped[str] = mapped_column(Code(10))
    what: Mapped[str] = mapped_column(Code(60))
    title: Mapped[str] = mapped_column(String(200))
    year: Mapped[int | None]
    case_number: Mapped[str | None] = mapped_column(Code(24))
    message: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    asked_by: Mapped[int | None] = mapped_column(BigId)
    asked_by_name: Mapped[str] = mapped_column(String(120))
    asked_on: Mapped[date] = mapped_column(Date)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_on: Mapped[date | None] = mapped_column(Date)
    outcome: Mapped[str] = mapped_column(Code(10), default="")
    settled_on: Mapped[date | None] = mapped_column(Date)
    settled_by: Mapped[str] = mapped_column(String(120), default="")
    answer: Mapped[str] = mapped_column(Text, default="", server_default="")
    document_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("document.id"))
    documents: Mapped[list[Any]] = mapped_column(Json, default=list, server_default="[]")
    version: Mapped[int] = mapped_column(default=1)


class Visit(Base):
    """A visit to a firm or a call with it: how, and what came of it. `people` are the others who took part."""

    __tablename__ = "visit"
    __table_args__ = (
        Index("ix_visit_firm", "enterprise_id", "happened_on", "id"),
        Index("ix_visit_officer", "officer_id", "happened_on", "id"),
        Index(
            "ix_visit_call_back",
            "call_back_on",
            "id",
            sqlite_where=text("called_back_on IS NULL AND call_back_on IS NOT NULL"),
            postgresql_where=text("called_back_on IS NULL AND call_back_on IS NOT NULL"),
        ),
    )

    id: Mapped[PrimaryKey]
    enterprise_id: Mapped[int] = mapped_column(BigId, ForeignKey("enterprise.id"))
    officer_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("officer.id"))
    officer_name: Mapped[str] = mapped_column(String(120))
    manner: Mapped[str] = mapped_column(Code(10))
    happened_on: Mapped[date] = mapped_column(Date)
    text: Mapped[str] = mapped_column(Text)
    people: Mapped[str] = mapped_column(String(200), default="")
    call_back_on: Mapped[date | None] = mapped_column(Date)
    called_back_on: Mapped[date | None] = mapped_column(Date)
    case_number: Mapped[str | None] = mapped_column(Code(24))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)


class VisitRound(Base):
    """A round of visits planned from a list of firms: who goes, what for, from which day."""

    __tablename__ = "visit_round"

    id: Mapped[PrimaryKey]
    title: Mapped[str] = mapped_column(String(120))
    purpose: Mapped[str] = mapped_column(Text, default="")
    officer_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("officer.id"))
    region_code: Mapped[str] = mapped_column(Code(12), default="")
    starts_on: Mapped[date] = mapped_column(Date)
    closed_on: Mapped[date | None] = mapped_column(Date)
    created_by: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)


class VisitStop(Base):
    """A firm on a round: its day and place in the day's order; `visit_id` once somebody was there."""

    __tablename__ = "visit_stop"
    __table_args__ = (
        UniqueConstraint("round_id", "enterprise_id"),
        Index("ix_visit_stop_day", "round_id", "planned_on", "ordinal"),
        Index("ix_visit_stop_firm", "enterprise_id"),
    )

    id: Mapped[PrimaryKey]
    round_id: Mapped[int] = mapped_column(BigId, ForeignKey("visit_round.id"))
    enterprise_id: Mapped[int] = mapped_column(BigId, ForeignKey("enterprise.id"))
    planned_on: Mapped[date | None] = mapped_column(Date)
    ordinal: Mapped[int] = mapped_column(default=0)
    visit_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("visit.id"))
    skipped: Mapped[str] = mapped_column(String(200), default="")


class RequestPeriod(Base):
    """Within how many months asking a firm again for the same needs a reason. Rows are only added; the latest counts.

    It rests on no law: the bureau sets it. `origin` is `seed` for the value that the house begins with.
    """

    __tablename__ = "request_period"

    id: Mapped[PrimaryKey]
    months: Mapped[int]
    note: Mapped[str] = mapped_column(String(200), default="")
    origin: Mapped[str] = mapped_column(Code(10))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[str] = mapped_column(String(120))
