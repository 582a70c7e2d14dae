"""Tables of the programme catalogue: published versions (immutable) and the rounds of a year."""

from datetime import date, datetime

from sqlalchemy import Date, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Code, Json, PrimaryKey, UtcDateTime
from app.reference.published import Published


class ProgrammeVersion(Published, Base):
    """One published version of a programme file; `content` is the file as read and is never changed."""

    __tablename__ = "programme_version"
    __table_args__ = (UniqueConstraint("code", "version"),)

    id: Mapped[PrimaryKey]
    code: Mapped[str] = mapped_column(Code(48))
    version: Mapped[str] = mapped_column(Code(16))
    effective_on: Mapped[date] = mapped_column(Date)
    supersedes: Mapped[str | None] = mapped_column(Code(16))
    title_zh: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(160))
    content: Mapped[dict[str, object]] = mapped_column(Json)
    sha256: Mapped[str] = mapped_column(Code(64))
    origin: Mapped[str] = mapped_column(Code(10))
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ProgrammeRound(Base):
    """A round of intake in one year; an empty cut-off means that the bureau has not set it yet.

    `origin` is `seed` until an officer sets a date; from then on `yumiao seed` leaves the row alone.
    """

    __tablename__ = "programme_round"
    __table_args__ = (UniqueConstraint("programme_code", "year", "code"),)

    id: Mapped[PrimaryKey]
    programme_code: Mapped[str] = mapped_column(Code(48))
    year: Mapped[int]
    code: Mapped[str] = mapped_column(Code(24))
    title_zh: Mapped[str] = mapped_column(String(80))
    title_en: Mapped[str] = mapped_column(String(120))
    bureau_cutoff_on: Mapped[date | None] = mapped_column(Date)
    province_cutoff_on: Mapped[date | None] = mapped_column(Date)
    origin: Mapped[str] = mapped_column(Code(10))
    version: Mapped[int] = mapped_column(default=1)


class ProgrammeSetting(Published, Base):
    """What a programme leaves to the bureau: the working days of a clock, the days of a duty; never touched by `yumiao seed`.

    `kind` is `clock` or `duty`, `key` the code there, `value` working days or a day of the year. The latest row whose
    `effective_on` has come counts; `document` says what it rests on.
    """

    __tablename__ = "programme_setting"
    __table_args__ = (Index("ix_programme_setting_key", "programme_code", "kind", "key", "effective_on", "id"),)

    id: Mapped[PrimaryKey]
    programme_code: Mapped[str] = mapped_column(Code(48))
    kind: Mapped[str] = mapped_column(Code(10))
    key: Mapped[str] = mapped_column(Code(40))
    value: Mapped[str] = mapped_column(Code(20))
    effective_on: Mapped[date] = mapped_column(Date)
    document: Mapped[str] = mapped_column(String(200), default="")
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[str] = mapped_column(String(80))
