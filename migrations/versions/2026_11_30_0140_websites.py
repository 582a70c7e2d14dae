"""a firm has a website"""

import sqlalchemy as sa
from alembic import op

revision = "0140"
down_revision = "0130"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("enterprise", sa.Column("website", sa.String(200), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("enterprise", "website")
