"""why a document was withdrawn; what of a form was handed in beside what is being drafted"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("document") as table:
        table.add_column(sa.Column("withdrawn_reason", sa.Text(), nullable=False, server_default=""))
        table.alter_column("withdrawn_reason", server_default=None)
    with op.batch_alter_table("case_answer") as table:
        table.add_column(sa.Column("handed_in", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("case_answer") as table:
        table.drop_column("handed_in")
    with op.batch_alter_table("document") as table:
        table.drop_column("withdrawn_reason")
