"""within how many months asking a firm again needs a reason, set by the bureau; what a firm answered to a request"""

import sqlalchemy as sa
from alembic import op

import app.kit.db

revision = "0070"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "request_period",
        sa.Column("id", app.kit.db.BigId, autoincrement=True, nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("origin", app.kit.db.Code(10), nullable=False),
        sa.Column("recorded_at", app.kit.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_period")),
    )
    op.add_column("firm_request", sa.Column("answer", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("firm_request", "answer")
    op.drop_table("request_period")
