"""applications of earlier years, as the bureau's ledgers tell them"""

import sqlalchemy as sa
from alembic import op

revision = "0320"
down_revision = "0280"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _code(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "past_case",
        sa.Column("id", ID, nullable=False),
        sa.Column("enterprise_id", ID, nullable=False),
        sa.Column("programme_code", _code(48), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("round", sa.String(40), nullable=False),
        sa.Column("number", _code(60), nullable=False),
        sa.Column("result", _code(40), nullable=False),
        sa.Column("stage", sa.String(80), nullable=False),
        sa.Column("decided_on", sa.Date()),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("imported_in", ID),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_past_case_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_case")),
        sa.UniqueConstraint(
            "enterprise_id",
            "programme_code",
            "year",
            "round",
            name=op.f("uq_past_case_enterprise_id_programme_code_year_round"),
        ),
    )
    op.create_index("ix_past_case_year", "past_case", ["year", "id"])


def downgrade() -> None:
    op.drop_table("past_case")
