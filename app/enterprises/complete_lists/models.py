"""Tables of the lists that are complete."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, BigId, Code, Json, PrimaryKey, UtcDateTime
from app.reference.published import Published


class CompleteList(Published, Base):
    """Somebody's word that a list has everybody whom it concerns in a region, from a day (None: all of its last day) to a day.

    `import_id` is the import that brought it, `withdrawn_at` ends it. Nothing else of it ever changes.
    """

    __tablename__ = "complete_list"
    __table_args__ = (
        Index("ix_complete_list_by_import", "import_id"),
        Index("ix_complete_list_by_day", "complete_to", "id"),
    )

    id: Mapped[PrimaryKey]
    kinds: Mapped[list[str]] = mapped_column(Json)
    complete_from: Mapped[date | None]
    complete_to: Mapped[date]
    region_code: Mapped[str] = mapped_column(Code(12))
    issuer: Mapped[str] = mapped_column(String(120))
    document: Mapped[str] = mapped_column(String(300))
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_run.id"))
    by_kind: Mapped[str] = mapped_column(Code(16))
    by_id: Mapped[int | None] = mapped_column(BigId)
    by_name: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[str] = mapped_column(String(120), default="")

    @property
    def enterprise_id(self) -> None:
        """A list belongs to no single firm."""
        return


class CompleteListDoubt(Base):
    """A row of the list that was not simply taken in: whom it names (by code, by name) may be on the list, so it denies them nothing."""

    __tablename__ = "complete_list_doubt"
    __table_args__ = (
        Index("ix_complete_list_doubt_by_list", "list_id"),
        Index("ix_complete_list_doubt_by_code", "uscc"),
        Index("ix_complete_list_doubt_by_name", "name"),
    )

    id: Mapped[PrimaryKey]
    list_id: Mapped[int] = mapped_column(ForeignKey("complete_list.id"))
    row_id: Mapped[int] = mapped_column(ForeignKey("import_row.id"))
    uscc: Mapped[str] = mapped_column(Code(18))
    name: Mapped[str] = mapped_column(String(200))
