"""imports can be taken back: who did it, what went, what stayed and why; numbers of firms and experts are never given twice"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0280"
down_revision = "0270"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
#: Tables whose rows can go now while the journal goes on speaking of them.
NUMBERED = ("enterprise", "commissioner", "service_agreement")


def _code(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("import_run", sa.Column("undo_job_id", ID, nullable=True))
    op.add_column("import_run", sa.Column("undone_by", sa.String(120), nullable=False, server_default=""))
    op.add_column("import_run", sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("import_run", sa.Column("undone_counts", JSON, nullable=False, server_default="{}"))
    op.create_table(
        "import_leftover",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("run_id", ID, nullable=False),
        sa.Column("register", _code(40), nullable=False),
        sa.Column("record", _code(80), nullable=False),
        sa.Column("enterprise_id", ID, nullable=True),
        sa.Column("label", sa.String(240), nullable=False),
        sa.Column("field", _code(60), nullable=False),
        sa.Column("reason", _code(16), nullable=False),
        sa.Column("about", JSON, nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_import_leftover_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_leftover")),
        sa.UniqueConstraint(
            "run_id", "register", "record", "field", name=op.f("uq_import_leftover_run_id_register_record_field")
        ),
    )
    _number(once=True)


def _number(*, once: bool) -> None:
    """SQLite gives the last number again unless told otherwise, and is told only when a table is made."""
    if op.get_bind().dialect.name == "sqlite":
        for name in NUMBERED:
            with op.batch_alter_table(name, recreate="always", table_kwargs={"sqlite_autoincrement": once}):
                pass


def downgrade() -> None:
    _number(once=False)
    op.drop_table("import_leftover")
    for name in ("undone_counts", "undone_at", "undone_by", "undo_job_id"):
        op.drop_column("import_run", name)
