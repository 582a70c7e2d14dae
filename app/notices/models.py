"""Tables of notices and their delivery."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import String

from app.kit.db import Base, BigId, Code, PrimaryKey, UtcDateTime


class Notice(Base):
    """Something told to one account (`officer` or `enterprise`). `topic` is what was declared, `period` keeps it to once."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("account_kind", "account_id", "topic", "subject_kind", "subject_id", "period"),
        Index("ix_notice_inbox", "account_kind", "account_id", "read_at", "id"),
    )

    id: Mapped[PrimaryKey]
    account_kind: Mapped[str] = mapped_column(Code(16))
    account_id: Mapped[int] = mapped_column(BigId)
    topic: Mapped[str] = mapped_column(Code(40))
    subject_kind: Mapped[str] = mapped_column(Code(32))
    subject_id: Mapped[str] = mapped_column(Code(64))
    period: Mapped[str] = mapped_column(Code(40), default="")
    title_zh: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(260))
    body_zh: Mapped[str] = mapped_column(Text, default="")
    body_en: Mapped[str] = mapped_column(Text, default="")
    path: Mapped[str] = mapped_column(String(240), default="")
    position: Mapped[int | None] = mapped_column(BigId)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class NoticeDelivery(Base):
    """One notice on its way through one channel (`email`, `webhook`). `digest` ones wait for the recipient's next digest.

    `state`: `waiting`, `sent`, `failed` (will be tried again at `next_at`), `given_up`.
    """

    __tablename__ = "notice_delivery"
    __table_args__ = (
        UniqueConstraint("notice_id", "channel"),
        Index("ix_notice_delivery_due", "state", "next_at", "id"),
    )

    id: Mapped[PrimaryKey]
    notice_id: Mapped[int] = mapped_column(BigId, ForeignKey("notice.id"))
    channel: Mapped[str] = mapped_column(Code(10))
    digest: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(Code(10))
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str] = mapped_column(String(400), default="")


class NoticePreference(Base):
    """How one account wants to hear of one group of topics through one channel: `at_once`, `digest`, `off`."""

    __tablename__ = "notice_preference"

    account_kind: Mapped[str] = mapped_column(Code(16), primary_key=True)
    account_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    group: Mapped[str] = mapped_column(Code(20), primary_key=True)
    channel: Mapped[str] = mapped_column(Code(10), primary_key=True)
    manner: Mapped[str] = mapped_column(Code(10))


class CalendarFeed(Base):
    """The secret address of one account's iCalendar feed; kept as a hash, renewed on request."""

    __tablename__ = "calendar_feed"

    account_kind: Mapped[str] = mapped_column(Code(16), primary_key=True)
    account_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(Code(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
