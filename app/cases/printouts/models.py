"""The table of the bureau's own templates."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import String

from app.kit.db import Base, BigId, Code, PrimaryKey, UtcDateTime


class PaperTemplate(Base):
    """A template the bureau uploaded for one kind of paper (of one programme, or of all); the newest one not withdrawn counts."""

    __tablename__ = "paper_template"
    __table_args__ = (Index("ix_paper_template_kind", "kind", "programme_code", "id"),)

    id: Mapped[PrimaryKey]
    kind: Mapped[str] = mapped_column(Code(40))
    programme_code: Mapped[str] = mapped_column(Code(48), default="")
    file_id: Mapped[int] = mapped_column(BigId, ForeignKey("stored_file.id"))
    by_name: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
