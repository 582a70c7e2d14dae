"""whether a list shows a firm that a search found, told by an index: no row is fetched to count them"""

from alembic import op

revision = "0170"
down_revision = "0160"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_enterprise_seen", "enterprise", ["id", "region_code", "disabled_on"])


def downgrade() -> None:
    op.drop_index("ix_enterprise_seen", "enterprise")
