"""awards of the past, as the bureau's lists tell them"""

import sqlalchemy as sa
from alembic import op

revision = "0240"
down_revision = "0210"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _code(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "past_award",
        sa.Column("id", ID, nullable=False),
        sa.Column("enterprise_id", ID, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("scheme_name", sa.String(120), nullable=False),
        sa.Column("scheme_code", _code(60)),
        sa.Column("amount_fen", sa.BigInteger()),
        sa.Column("state", _code(12), nullable=False),
        sa.Column("paid_on", sa.Date()),
        sa.Column("document", sa.String(200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_past_award_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_award")),
    )
    op.create_index("ix_past_award_enterprise", "past_award", ["enterprise_id", "year", "id"])


def downgrade() -> None:
    op.drop_table("past_award")
