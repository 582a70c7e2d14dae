"""an officer's cases in the order of their day: the first of them are found, not sorted out"""

import sqlalchemy as sa
from alembic import op

revision = "0200"
down_revision = "0190"
branch_labels = None
depends_on = None


def upgrade() -> None:
    by_day = sa.text("coalesce(next_due_on, '9999-12-31')")
    op.create_index("ix_case_file_officer_by_day", "case_file", ["officer_id", "state", by_day, "number"])


def downgrade() -> None:
    op.drop_index("ix_case_file_officer_by_day", "case_file")
