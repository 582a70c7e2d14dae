"""Tables of casework: the case, the stages it went through, its milestones and the rights it uses."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.enterprises.models import Enterprise
from app.kit.db import Base, BigId, Code, Json, PrimaryKey, UtcDateTime

_OPEN: Any = {"sqlite_where": text("state = 'open'"), "postgresql_where": text("state = 'open'")}

#: The day by which cases are put in order, far off for those without one. A literal: an index knows no parameter.
FAR = "'9999-12-31'"


class CaseFile(Base):
    """One enterprise in one programme in one year. `submitted_on` is the legal application date.

    A case keeps the programme version it began under; at most one case per enterprise, programme and
    year is open, and the database enforces it. `next_due_on` is the earliest `due_on` of its open milestones.
    """

    __tablename__ = "case_file"
    __table_args__ = (
        ForeignKeyConstraint(
            ["programme_code", "programme_version"], ["programme_version.code", "programme_version.version"]
        ),
        Index(
            "uq_case_file_open",
            "enterprise_id",
            "programme_code",
            "year",
            unique=True,
            **_OPEN,
        ),
        Index("ix_case_file_board", "programme_code", "state", "stage", "next_due_on", "number"),
        Index("ix_case_file_enterprise", "enterprise_id", "number"),
        Index("ix_case_file_officer", "officer_id", "state", "number"),
        Index("ix_case_file_officer_by_day", "officer_id", "state", text(f"coalesce(next_due_on, {FAR})"), "number"),
        Index("ix_case_file_due", "state", "next_due_on", "number"),
        Index("ix_case_file_open_entered", "stage_entered_on", "number", **_OPEN),
    )

    id: Mapped[PrimaryKey]
    number: Mapped[str] = mapped_column(Code(24), unique=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    programme_code: Mapped[str] = mapped_column(Code(48))
    programme_version: Mapped[str] = mapped_column(Code(16))
    year: Mapped[int]
    round: Mapped[str | None] = mapped_column(Code(24))
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    stage: Mapped[str] = mapped_column(Code(40))
    stage_entered_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(Code(10))
    opened_on: Mapped[date] = mapped_column(Date)
    submitted_on: Mapped[date | None] = mapped_column(Date)
    closed_on: Mapped[date | None] = mapped_column(Date)
    next_due_on: Mapped[date | None] = mapped_column(Date)
    query_code_hash: Mapped[str | None] = mapped_column(Code(120))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    enterprise: Mapped[Enterprise] = relationship()


class CaseSeries(Base):
    """The last serial given out in one series (`QJ-GQ-2021`); its row lock makes numbers gapless."""

    __tablename__ = "case_series"

    series: Mapped[str] = mapped_column(Code(20), primary_key=True)
    last: Mapped[int]


class StageEntry(Base):
    """A case entered a stage on a legal day, by an action; `left_on` is empty for the present stage.

    `by_*` and `at` say who took the step and when; `before` is what the step changed, as it was, so that it can be taken
    back; a step taken back keeps its row (`taken_back_at`) and counts no more.
    """

    __tablename__ = "case_stage_entry"
    __table_args__ = (UniqueConstraint("case_id", "ordinal"),)

    id: Mapped[PrimaryKey]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    ordinal: Mapped[int]
    stage: Mapped[str] = mapped_column(Code(40))
    action: Mapped[str] = mapped_column(Code(40))
    entered_on: Mapped[date] = mapped_column(Date)
    left_on: Mapped[date | None] = mapped_column(Date)
    by_kind: Mapped[str] = mapped_column(Code(16), default="")
    by_id: Mapped[int | None] = mapped_column(BigId)
    by_name: Mapped[str] = mapped_column(String(120), default="")
    at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    before: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    taken_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CaseMarker(Base):
    """What a case counts as (`submitted`, `accepted`, `certified` …) and since which legal day.

    Plan targets and incentives read these meanings, never the names of stages.
    """

    __tablename__ = "case_marker"
    __table_args__ = (Index("ix_case_marker_meaning", "marker", "reached_on"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    marker: Mapped[str] = mapped_column(Code(24), primary_key=True)
    reached_on: Mapped[date] = mapped_column(Date)


class Milestone(Base):
    """Something due in a case. `planned_on` is what the rule said first, `due_on` what counts now.

    A milestone is open while neither done nor lapsed; it lapses when its case closes before it is done.
    """

    __tablename__ = "milestone"
    __table_args__ = (
        UniqueConstraint("case_id", "code", "ordinal"),
        Index(
            "ix_milestone_due",
            "due_on",
            "case_id",
            sqlite_where=text("done_on IS NULL AND lapsed_on IS NULL"),
            postgresql_where=text("done_on IS NULL AND lapsed_on IS NULL"),
        ),
    )

    id: Mapped[PrimaryKey]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    code: Mapped[str] = mapped_column(Code(40))
    ordinal: Mapped[int] = mapped_column(default=1)
    title_zh: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(160))
    planned_on: Mapped[date | None] = mapped_column(Date)
    due_on: Mapped[date | None] = mapped_column(Date)
    done_on: Mapped[date | None] = mapped_column(Date)
    done_by: Mapped[str | None] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(Text, default="")
    lapsed_on: Mapped[date | None] = mapped_column(Date)
    version: Mapped[int] = mapped_column(default=1)


class ClassTwoUse(Base):
    """A class II property serving a case: one application only, so at most one unreleased use each.

    Legal reference: 高新技术企业认定管理工作指引 三（三）. `used_on` is set when the application is handed in.
    """

    __tablename__ = "class_two_use"
    __table_args__ = (
        Index(
            "uq_class_two_use_active",
            "ip_id",
            unique=True,
            sqlite_where=text("released_on IS NULL"),
            postgresql_where=text("released_on IS NULL"),
        ),
        Index("ix_class_two_use_case", "case_id"),
    )

    id: Mapped[PrimaryKey]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    ip_id: Mapped[int] = mapped_column(ForeignKey("intellectual_property.id"))
    chosen_on: Mapped[date] = mapped_column(Date)
    used_on: Mapped[date | None] = mapped_column(Date)
    released_on: Mapped[date | None] = mapped_column(Date)


class Approval(Base):
    """An officer approved a step before it is taken. Sending the case back lapses it and says why; it is kept."""

    __tablename__ = "case_approval"
    __table_args__ = (
        Index(
            "uq_case_approval_standing",
            "case_id",
            "action",
            "officer_id",
            unique=True,
            sqlite_where=text("lapsed_at IS NULL"),
            postgresql_where=text("lapsed_at IS NULL"),
        ),
    )

    id: Mapped[PrimaryKey]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    action: Mapped[str] = mapped_column(Code(40))
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"))
    officer_name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(Code(20))
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    lapsed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lapse_reason: Mapped[str] = mapped_column(Text, default="")


class CaseClock(Base):
    """A time limit of a case. It runs since `running_since` with `used_days` behind it; while it stands still that is empty.

    `due_on` is known only while it runs and its length is known; `ended_on` closes it.
    """

    __tablename__ = "case_clock"
    __table_args__ = (UniqueConstraint("case_id", "code", "ordinal"), Index("ix_case_clock_due", "due_on", "case_id"))

    id: Mapped[PrimaryKey]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    code: Mapped[str] = mapped_column(Code(40))
    ordinal: Mapped[int] = mapped_column(default=1)
    working_days: Mapped[int | None]
    started_on: Mapped[date] = mapped_column(Date)
    running_since: Mapped[date | None] = mapped_column(Date)
    used_days: Mapped[int] = mapped_column(default=0)
    due_on: Mapped[date | None] = mapped_column(Date)
    ended_on: Mapped[date | None] = mapped_column(Date)
