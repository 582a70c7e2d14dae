"""what names a firm is found by the firm: a firm that goes made the database read every line of every sweep"""

from alembic import op

revision = "0340"
down_revision = "0290"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_sweep_line_firm", "sweep_line", ["enterprise_id"])
    op.create_index("ix_visit_stop_firm", "visit_stop", ["enterprise_id"])


def downgrade() -> None:
    op.drop_index("ix_visit_stop_firm", "visit_stop")
    op.drop_index("ix_sweep_line_firm", "sweep_line")
