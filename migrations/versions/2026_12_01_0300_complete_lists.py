"""lists that somebody has said to be complete, and the rows of them that did not come in"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0300"
down_revision = "0320"
branch_labels = None
depends_on = None


def _code(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    document = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.create_table(
        "complete_list",
        sa.Column("id", big, autoincrement=True, nullable=False),
        sa.Column("kinds", document, nullable=False),
        sa.Column("complete_from", sa.Date(), nullable=True),
        sa.Column("complete_to", sa.Date(), nullable=False),
        sa.Column("region_code", _code(12), nullable=False),
        sa.Column("issuer", sa.String(120), nullable=False),
        sa.Column("document", sa.String(300), nullable=False),
        sa.Column("import_id", big, nullable=True),
        sa.Column("by_kind", _code(16), nullable=False),
        sa.Column("by_id", big, nullable=True),
        sa.Column("by_name", sa.String(120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(120), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["import_run.id"], name="fk_complete_list_import_id"),
        sa.PrimaryKeyConstraint("id", name="pk_complete_list"),
    )
    op.create_index("ix_complete_list_by_import", "complete_list", ["import_id"])
    op.create_index("ix_complete_list_by_day", "complete_list", ["complete_to", "id"])
    op.create_table(
        "complete_list_doubt",
        sa.Column("id", big, autoincrement=True, nullable=False),
        sa.Column("list_id", big, nullable=False),
        sa.Column("row_id", big, nullable=False),
        sa.Column("uscc", _code(18), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["complete_list.id"], name="fk_complete_list_doubt_list_id"),
        sa.ForeignKeyConstraint(["row_id"], ["import_row.id"], name="fk_complete_list_doubt_row_id"),
        sa.PrimaryKeyConstraint("id", name="pk_complete_list_doubt"),
    )
    for name, column in (("list", "list_id"), ("code", "uscc"), ("name", "name")):
        op.create_index(f"ix_complete_list_doubt_by_{name}", "complete_list_doubt", [column])


def downgrade() -> None:
    op.drop_table("complete_list_doubt")
    op.drop_table("complete_list")
