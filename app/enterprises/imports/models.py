"""Tables of the imports."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, BigId, Code, Json, PrimaryKey, UtcDateTime


class OfOffice:
    """What somebody of an office did: where that is, who did it and when. It is the subject of a permission, and belongs to no single firm."""

    region_prefix: Mapped[str] = mapped_column(Code(12), default="")
    by_kind: Mapped[str] = mapped_column(Code(16))
    by_id: Mapped[int | None] = mapped_column(BigId)
    by_name: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def region_code(self) -> str:
        """It lies where its office is."""
        return self.region_prefix

    @property
    def enterprise_id(self) -> None:
        """No firm's own."""
        return


class ImportRun(OfOffice, Base):
    """One file being taken in. The bytes lie in the blob store under `file_sha256`; its sheets are read one after the other.

    `written` counts the rows that changed anything, those among them that also differ in a field edited here.
    `undone_…` tell of its being taken back: who asked for it, when it was done, what went, returned and stayed. `decisions` are what
    was said before it began of rows that wait for a reason: by the reason the choice, who made it and when.
    """

    __tablename__ = "import_run"
    __table_args__ = (
        Index("ix_import_run_by_file", "file_sha256", "kind", "state"),
        Index("ix_import_run_by_region", "region_prefix", "id"),
    )

    id: Mapped[PrimaryKey]
    kind: Mapped[str] = mapped_column(Code(16))
    file_sha256: Mapped[str] = mapped_column(Code(64))
    file_name: Mapped[str] = mapped_column(String(200))
    file_kind: Mapped[str] = mapped_column(Code(8))
    encoding: Mapped[str] = mapped_column(Code(20), default="")
    delimiter: Mapped[str] = mapped_column(Code(1), default="")
    accept_unconfirmed: Mapped[bool] = mapped_column(default=False)
    decisions: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    state: Mapped[str] = mapped_column(Code(16))
    total: Mapped[int] = mapped_column(default=0)
    created: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    differs: Mapped[int] = mapped_column(default=0)
    queued: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    written: Mapped[int] = mapped_column(default=0)
    job_id: Mapped[int | None] = mapped_column(BigId)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undo_job_id: Mapped[int | None] = mapped_column(BigId)
    undone_by: Mapped[str] = mapped_column(String(120), default="")
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_counts: Mapped[dict[str, int]] = mapped_column(Json, default=dict)


class ImportSheet(Base):
    """One sheet of the file: what its rows are about (`register`), how it is read, whether it is taken in, what became of it.

    `position` is its place in the workbook, `turn` its place in the order of reading. `left_out` names the rows that are no data.
    """

    __tablename__ = "import_sheet"

    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    hidden: Mapped[bool] = mapped_column(default=False)
    register: Mapped[str] = mapped_column(Code(40), default="")
    mapping: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    chosen: Mapped[bool] = mapped_column(default=False)
    turn: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    created: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    differs: Mapped[int] = mapped_column(default=0)
    queued: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    left_out: Mapped[list[Any]] = mapped_column(Json, default=list)


class ImportRow(Base):
    """What became of one row. `cells` are kept for rows that wait or were handed back; `key` is the code they speak of.

    `differences` holds pairs by field: ours and theirs where a person decides, before and after where the row changed them.
    `cells` hold only what fills a field: what nobody asked for is not kept. `block` is the table of its sheet that it stands in.
    `main_reason` is the code by which rows of one outcome are grouped, so that many are decided at once. `proposals` are firms that
    a row may mean which only has a name.
    """

    __tablename__ = "import_row"
    __table_args__ = (
        UniqueConstraint("run_id", "sheet", "row_number"),
        Index("ix_import_row_by_outcome", "run_id", "outcome", "sheet", "row_number"),
        Index("ix_import_row_by_reason", "run_id", "outcome", "main_reason", "decision"),
        Index("ix_import_row_waiting", "outcome", "decision", "key"),
    )

    id: Mapped[PrimaryKey]
    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"))
    sheet: Mapped[int] = mapped_column(default=0)
    block: Mapped[int] = mapped_column(default=0)
    row_number: Mapped[int]
    outcome: Mapped[str] = mapped_column(Code(16))
    main_reason: Mapped[str] = mapped_column(Code(40), default="")
    key: Mapped[str] = mapped_column(Code(120), default="")
    name: Mapped[str] = mapped_column(String(200), default="")
    target_id: Mapped[int | None] = mapped_column(BigId)
    cells: Mapped[list[str]] = mapped_column(Json, default=list)
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    differences: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    proposals: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    decision: Mapped[str] = mapped_column(Code(16), default="")
    choices: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    note: Mapped[str] = mapped_column(String(300), default="")
    decided_by: Mapped[str] = mapped_column(String(120), default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class KnownName(Base):
    """A way in which the lists of an office write a firm, neither its name nor one of before: kept when a person chose the firm for it."""

    __tablename__ = "known_name"
    __table_args__ = (UniqueConstraint("region_prefix", "name"),)

    id: Mapped[PrimaryKey]
    region_prefix: Mapped[str] = mapped_column(Code(12), default="")
    name: Mapped[str] = mapped_column(String(200), index=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"), index=True)
    by_name: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ImportLeftover(Base):
    """What stayed when an import was taken back: which record, which field of it ("" for all of it), and why.

    `about` are the fields that somebody changed, or the tables that point at it. Firms may go later, hence no foreign key.
    """

    __tablename__ = "import_leftover"
    __table_args__ = (UniqueConstraint("run_id", "register", "record", "field"),)

    id: Mapped[PrimaryKey]
    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"))
    register: Mapped[str] = mapped_column(Code(40))
    record: Mapped[str] = mapped_column(Code(80))
    enterprise_id: Mapped[int | None] = mapped_column(BigId)
    label: Mapped[str] = mapped_column(String(240))
    field: Mapped[str] = mapped_column(Code(60), default="")
    reason: Mapped[str] = mapped_column(Code(16))
    about: Mapped[list[str]] = mapped_column(Json, default=list)


class RememberedMapping(OfOffice, Base):
    """How an office read a sheet of these headings (`heads`, without blanks and width): used for the next file that has the same.

    `digest` stands for the headings and the kind of import, `reading` is what a person chose; `file_name` is where they last did.
    """

    __tablename__ = "import_mapping"
    __table_args__ = (UniqueConstraint("region_prefix", "digest"),)

    id: Mapped[PrimaryKey]
    digest: Mapped[str] = mapped_column(Code(64))
    kind: Mapped[str] = mapped_column(Code(16))
    heads: Mapped[list[str]] = mapped_column(Json)
    reading: Mapped[dict[str, Any]] = mapped_column(Json)
    file_name: Mapped[str] = mapped_column(String(200))

    @property
    def label(self) -> str:
        """Its headings as text."""
        return "、".join(head for head in self.heads if head)
