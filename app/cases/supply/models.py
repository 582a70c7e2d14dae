"""Tables of what is supplied to a case."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import String

from app.files.models import Document
from app.kit.db import Base, BigId, Code, PrimaryKey, UtcDateTime


class CaseMaterial(Base):
    """A document of the vault serves a material of the case; `year` where one is needed per fiscal year.

    `state`: `supplied`, `accepted`, `returned` (then `remark` says what is wrong), `removed`.
    """

    __tablename__ = "case_material"
    __table_args__ = (
        Index("ix_case_material_case", "case_id", "material", "year"),
        Index("ix_case_material_document", "document_id"),
        Index(
            "ix_case_material_unchecked",
            "case_id",
            sqlite_where=text("state = 'supplied' AND by_kind = 'enterprise'"),
            postgresql_where=text("state = 'supplied' AND by_kind = 'enterprise'"),
        ),
    )

    id: Mapped[PrimaryKey]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    material: Mapped[str] = mapped_column(Code(40))
    year: Mapped[int | None]
    document_id: Mapped[int] = mapped_column(BigId, ForeignKey("document.id"))
    state: Mapped[str] = mapped_column(Code(10))
    remark: Mapped[str] = mapped_column(Text, default="")
    by_kind: Mapped[str] = mapped_column(Code(16))
    by_id: Mapped[int | None] = mapped_column(BigId)
    by_name: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    document: Mapped[Document] = relationship()


class CaseAnswer(Base):
    """The answer to a question of the case's form, as text in the question's kind.

    A `draft` was entered but not handed in and may be any text; `handed_in` is what counts meanwhile (None: nothing yet).
    `renewed_from` names the case whose answer it began with and is emptied when somebody confirms or changes it.
    """

    __tablename__ = "case_answer"
    __table_args__ = (
        UniqueConstraint("case_id", "question"),
        Index(
            "ix_case_answer_by_firm",
            "at",
            "case_id",
            sqlite_where=text("by_kind = 'enterprise'"),
            postgresql_where=text("by_kind = 'enterprise'"),
        ),
    )

    id: Mapped[PrimaryKey]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    question: Mapped[str] = mapped_column(Code(40))
    value: Mapped[str] = mapped_column(Text)
    handed_in: Mapped[str | None] = mapped_column(Text)
    draft: Mapped[bool]
    renewed_from: Mapped[str | None] = mapped_column(Code(24))
    by_kind: Mapped[str] = mapped_column(Code(16))
    by_id: Mapped[int | None] = mapped_column(BigId)
    by_name: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    @property
    def counted(self) -> str:
        """The answer that counts: what was handed in last."""
        return (self.handed_in or "") if self.draft else self.value


class CorrectionItem(Base):
    """One thing to be corrected after a case was sent back; answered by the firm, then accepted or asked again.

    `kind` is `material`, `question` or `other`, `code` the material or question it is about.
    """

    __tablename__ = "case_correction"
    __table_args__ = (
        Index("ix_case_correction_case", "case_id", "round", "id"),
        Index(
            "ix_case_correction_open",
            "case_id",
            sqlite_where=text("settled_on IS NULL"),
            postgresql_where=text("settled_on IS NULL"),
        ),
    )

    id: Mapped[PrimaryKey]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    round: Mapped[int]
    kind: Mapped[str] = mapped_column(Code(10))
    code: Mapped[str] = mapped_column(Code(40), default="")
    remark: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date | None] = mapped_column(Date)
    asked_by: Mapped[str] = mapped_column(String(120))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_by: Mapped[str] = mapped_column(String(120), default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_on: Mapped[date | None] = mapped_column(Date)
    version: Mapped[int] = mapped_column(default=1)
