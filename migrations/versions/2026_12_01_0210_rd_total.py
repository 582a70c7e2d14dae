"""the whole R&D expense as it was told; which import wrote each figure"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0210"
down_revision = "0205"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("yearly_figures", sa.Column("rd_total_fen", sa.BigInteger()))
    kept = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
    op.add_column("yearly_figures", sa.Column("imported_in", kept, nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("yearly_figures", "imported_in")
    op.drop_column("yearly_figures", "rd_total_fen")
