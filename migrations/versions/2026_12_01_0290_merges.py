"""two firms that are one become one record: what a merge wrote is kept, so that it can be taken back"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0290"
down_revision = "0300"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MERGED = sa.text("merged_into_id IS NOT NULL")


def _code(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("enterprise", sa.Column("merged_into_id", ID, nullable=True))
    op.create_index(
        "ix_enterprise_merged", "enterprise", ["merged_into_id"], sqlite_where=MERGED, postgresql_where=MERGED
    )
    op.create_table(
        "firm_merge",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("survivor_id", ID, nullable=False),
        sa.Column("loser_id", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_kind", _code(16), nullable=False),
        sa.Column("by_id", ID, nullable=True),
        sa.Column("by_name", sa.String(120), nullable=False),
        sa.Column("counts", JSON, nullable=False),
        sa.Column("marks", JSON, nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(120), nullable=False),
        sa.ForeignKeyConstraint(["survivor_id"], ["enterprise.id"], name=op.f("fk_firm_merge_survivor_id")),
        sa.ForeignKeyConstraint(["loser_id"], ["enterprise.id"], name=op.f("fk_firm_merge_loser_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firm_merge")),
    )
    op.create_index("ix_firm_merge_survivor", "firm_merge", ["survivor_id", "id"])
    op.create_index("ix_firm_merge_loser", "firm_merge", ["loser_id"])
    op.create_table(
        "merge_entry",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("merge_id", ID, nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("table_name", _code(40), nullable=False),
        sa.Column("key", JSON, nullable=False),
        sa.Column("before", JSON, nullable=False),
        sa.Column("after", JSON, nullable=False),
        sa.ForeignKeyConstraint(["merge_id"], ["firm_merge.id"], name=op.f("fk_merge_entry_merge_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge_entry")),
    )
    op.create_index("ix_merge_entry_step", "merge_entry", ["merge_id", "step"])


def downgrade() -> None:
    op.drop_table("merge_entry")
    op.drop_table("firm_merge")
    op.drop_index("ix_enterprise_merged", table_name="enterprise")
    op.drop_column("enterprise", "merged_into_id")
