"""pairs of firms that are likely one, and what was decided about them"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0270"
down_revision = "0260"
branch_labels = None
depends_on = None


def _code(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    document = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.create_table(
        "duplicate_pair",
        sa.Column("id", big, autoincrement=True, nullable=False),
        sa.Column("one_id", big, nullable=False),
        sa.Column("other_id", big, nullable=False),
        sa.Column("score_e4", sa.Integer(), nullable=False),
        sa.Column("observed", document, nullable=False),
        sa.Column("facts_sha256", _code(64), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", _code(16), nullable=False),
        sa.Column("decided_by", sa.String(120), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["one_id"], ["enterprise.id"], name="fk_duplicate_pair_one_id"),
        sa.ForeignKeyConstraint(["other_id"], ["enterprise.id"], name="fk_duplicate_pair_other_id"),
        sa.PrimaryKeyConstraint("id", name="pk_duplicate_pair"),
        sa.UniqueConstraint("one_id", "other_id", name="uq_duplicate_pair_one_id_other_id"),
    )
    op.create_index("ix_duplicate_pair_by_other", "duplicate_pair", ["other_id"])
    op.create_index("ix_duplicate_pair_by_decision", "duplicate_pair", ["decision", "score_e4", "id"])


def downgrade() -> None:
    op.drop_table("duplicate_pair")
