"""one row says which state of code tables, programmes, policies and settings is the present one"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0150"
down_revision = "0140"
branch_labels = None
depends_on = None


def upgrade() -> None:
    mark = sa.String(32).with_variant(sa.String(32, collation="C"), "postgresql")
    table = op.create_table(
        "published_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mark", mark, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_published_state"),
    )
    op.bulk_insert(table, [{"id": 1, "mark": secrets.token_hex(16)}])


def downgrade() -> None:
    op.drop_table("published_state")
