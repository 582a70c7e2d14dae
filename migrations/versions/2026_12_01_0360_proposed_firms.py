"""rows of imports that only have a name are kept with the firms that they may mean; names that people chose a firm for"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0360"
down_revision = "0350"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
PLACE = sa.String(12).with_variant(sa.String(12, collation="C"), "postgresql")


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("import_row", sa.Column("proposals", JSON, nullable=False, server_default="[]"))
    op.create_table(
        "known_name",
        sa.Column("id", big, autoincrement=True, nullable=False),
        sa.Column("region_prefix", PLACE, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("enterprise_id", big, nullable=False),
        sa.Column("import_id", big, nullable=False),
        sa.Column("by_name", sa.String(120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name="fk_known_name_enterprise_id"),
        sa.ForeignKeyConstraint(["import_id"], ["import_run.id"], name="fk_known_name_import_id"),
        sa.PrimaryKeyConstraint("id", name="pk_known_name"),
        sa.UniqueConstraint("region_prefix", "name", name="uq_known_name_region_prefix_name"),
    )
    for column in ("name", "enterprise_id", "import_id"):
        op.create_index(f"ix_known_name_{column}", "known_name", [column])


def downgrade() -> None:
    op.drop_table("known_name")
    op.drop_column("import_row", "proposals")
