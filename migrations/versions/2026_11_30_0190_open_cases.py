"""open cases by how long they stand in their stage: the first of them are found, not sorted out"""

import sqlalchemy as sa
from alembic import op

revision = "0190"
down_revision = "0180"
branch_labels = None
depends_on = None

_OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    columns = ["stage_entered_on", "number"]
    op.create_index("ix_case_file_open_entered", "case_file", columns, sqlite_where=_OPEN, postgresql_where=_OPEN)


def downgrade() -> None:
    op.drop_index("ix_case_file_open_entered", "case_file")
