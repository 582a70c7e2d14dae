"""The table of background work."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.jobs.domain import FINISHED
from app.kit.db import Base, Code, Json, PrimaryKey, UtcDateTime


class Job(Base):
    """One piece of work. `owner` and `lease_until` say who runs it; `checkpoint` is where a successor goes on."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_by_state", "state", "id"),)

    id: Mapped[PrimaryKey]
    kind: Mapped[str] = mapped_column(Code(40))
    title: Mapped[str] = mapped_column(String(240))
    params: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    state: Mapped[str] = mapped_column(Code(16))
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    checkpoint: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    owner: Mapped[str] = mapped_column(Code(120), default="")
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    result: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    error: Mapped[str] = mapped_column(Text, default="")
    actor: Mapped[dict[str, Any]] = mapped_column(Json)
    by_name: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def running(self) -> bool:
        """Whether it is under way, or waits for its turn."""
        return self.state not in FINISHED
