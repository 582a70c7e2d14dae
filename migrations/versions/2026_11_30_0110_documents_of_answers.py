"""the documents that came with a firm's answer to a request"""

import sqlalchemy as sa
from alembic import op

import app.kit.db

revision = "0110"
down_revision = "0100"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("firm_request", sa.Column("documents", app.kit.db.Json, nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("firm_request", "documents")
