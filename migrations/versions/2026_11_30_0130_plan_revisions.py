"""a plan has revisions: a year's plan may be corrected"""

import sqlalchemy as sa
from alembic import op

revision = "0130"
down_revision = "0120"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("plan") as table:
        table.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
        table.drop_constraint("uq_plan_code", type_="unique")
        table.drop_constraint("uq_plan_jurisdiction_year", type_="unique")
        table.create_unique_constraint("uq_plan_code_revision", ["code", "revision"])
        table.create_unique_constraint("uq_plan_jurisdiction_year_revision", ["jurisdiction", "year", "revision"])
    with op.batch_alter_table("plan") as table:
        table.alter_column("revision", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("plan") as table:
        table.drop_constraint("uq_plan_jurisdiction_year_revision", type_="unique")
        table.drop_constraint("uq_plan_code_revision", type_="unique")
        table.create_unique_constraint("uq_plan_jurisdiction_year", ["jurisdiction", "year"])
        table.create_unique_constraint("uq_plan_code", ["code"])
        table.drop_column("revision")
