"""what is added to the versions of a partner's records after a restore; the calls of a partner by time"""

import sqlalchemy as sa
from alembic import op

import app.kit.db

revision = "0100"
down_revision = "0090"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "exchange_partner",
        sa.Column("version_lift", app.kit.db.BigId, nullable=False, server_default=sa.text("0")),
    )
    op.create_index("ix_partner_call_partner", "partner_call", ["partner_id", "at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_partner_call_partner", table_name="partner_call")
    op.drop_column("exchange_partner", "version_lift")
