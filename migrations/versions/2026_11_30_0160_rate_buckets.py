"""what a caller has left of its rate, for processes that share it

On PostgreSQL the table is not logged: losing it in a crash gives every caller a full bucket, and taking a call costs no write to disk.
"""

import sqlalchemy as sa
from alembic import op

revision = "0160"
down_revision = "0150"
branch_labels = None
depends_on = None


def upgrade() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    op.create_table(
        "rate_bucket",
        sa.Column("key", sa.String(100).with_variant(sa.String(100, collation="C"), "postgresql"), nullable=False),
        sa.Column("remaining", sa.Double(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_rate_bucket"),
        prefixes=["UNLOGGED"] if on_postgresql else [],
    )
    op.create_index("ix_rate_bucket_at", "rate_bucket", ["at"])


def downgrade() -> None:
    op.drop_table("rate_bucket")
