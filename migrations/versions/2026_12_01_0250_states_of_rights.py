"""rights have a legal state and holders outside the register; a certificate's day of issue may be unknown"""

import sqlalchemy as sa
from alembic import op

revision = "0250"
down_revision = "0240"
branch_labels = None
depends_on = None


def upgrade() -> None:
    code = sa.String(40).with_variant(sa.String(40, collation="C"), "postgresql")
    op.add_column("intellectual_property", sa.Column("state", code, nullable=False, server_default=""))
    op.add_column("intellectual_property", sa.Column("other_holders", sa.String(400), nullable=False, server_default=""))
    with op.batch_alter_table("certificate") as table:
        table.alter_column("issued_on", existing_type=sa.Date(), nullable=True)


def downgrade() -> None:
    op.execute("delete from certificate where issued_on is null")
    with op.batch_alter_table("certificate") as table:
        table.alter_column("issued_on", existing_type=sa.Date(), nullable=False)
    op.drop_column("intellectual_property", "other_holders")
    op.drop_column("intellectual_property", "state")
