"""Tables of the journal."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, BigId, Code, Json, UtcDateTime


class JournalEvent(Base):
    """One change. Actor and subject are copied as kind, id and name: no foreign key can hold the journal back."""

    __tablename__ = "journal_event"
    __table_args__ = (
        Index("ix_journal_event_subject", "subject_kind", "subject_id", "position"),
        Index("ix_journal_event_enterprise", "enterprise_id", "position"),
        Index("ix_journal_event_actor", "actor_kind", "actor_id", "position"),
    )

    position: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    type: Mapped[str] = mapped_column(Code(64), index=True)
    actor_kind: Mapped[str] = mapped_column(Code(16))
    actor_id: Mapped[int | None] = mapped_column(BigId)
    actor_name: Mapped[str] = mapped_column(String(120))
    subject_kind: Mapped[str] = mapped_column(Code(32))
    subject_id: Mapped[str] = mapped_column(Code(64))
    subject_label: Mapped[str] = mapped_column(String(240))
    enterprise_id: Mapped[int | None] = mapped_column(BigId)
    region_code: Mapped[str] = mapped_column(Code(12), default="")
    changes: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    private_hash: Mapped[str] = mapped_column(Code(64), default="")
    previous_hash: Mapped[str] = mapped_column(Code(64))
    hash: Mapped[str] = mapped_column(Code(64))


class JournalHead(Base):
    """One row: the last position and hash; locking it puts writers in order."""

    __tablename__ = "journal_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigId)
    hash: Mapped[str] = mapped_column(Code(64))


class JournalPrivate(Base):
    """Personal values of one event, erasable by law; `salt` keeps the hash from telling what they were."""

    __tablename__ = "journal_private"

    position: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    salt: Mapped[str] = mapped_column(Code(32))
    content: Mapped[str] = mapped_column(Text)


class JournalFollower(Base):
    """How far one subscriber has followed the journal: everything up to `position` has had its effect."""

    __tablename__ = "journal_follower"

    name: Mapped[str] = mapped_column(Code(60), primary_key=True)
    position: Mapped[int] = mapped_column(BigId)
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)
