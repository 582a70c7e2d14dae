"""where machine clients called from last"""

import sqlalchemy as sa
from alembic import op

import app.kit.db

revision = "0090"
down_revision = "0080"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "machine_client",
        sa.Column("last_used_from", app.kit.db.Code(45), nullable=False, server_default=sa.text("''")),
    )


def downgrade() -> None:
    op.drop_column("machine_client", "last_used_from")
