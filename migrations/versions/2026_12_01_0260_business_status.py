"""whether a firm is in business, was struck off, had its licence revoked or moved away"""

import sqlalchemy as sa
from alembic import op

revision = "0260"
down_revision = "0250"
branch_labels = None
depends_on = None


def upgrade() -> None:
    code = sa.String(40).with_variant(sa.String(40, collation="C"), "postgresql")
    op.add_column("enterprise", sa.Column("business_status", code, nullable=False, server_default=""))
    op.add_column("enterprise", sa.Column("business_status_on", sa.Date()))


def downgrade() -> None:
    op.drop_column("enterprise", "business_status_on")
    op.drop_column("enterprise", "business_status")
