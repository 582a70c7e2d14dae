"""how an office reads sheets of the same headings is remembered"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0370"
down_revision = "0360"
branch_labels = None
depends_on = None


def _code(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    document = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
    op.create_table(
        "import_mapping",
        sa.Column("id", big, autoincrement=True, nullable=False),
        sa.Column("region_prefix", _code(12), nullable=False),
        sa.Column("digest", _code(64), nullable=False),
        sa.Column("kind", _code(16), nullable=False),
        sa.Column("heads", document, nullable=False),
        sa.Column("reading", document, nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("by_kind", _code(16), nullable=False),
        sa.Column("by_id", big, nullable=True),
        sa.Column("by_name", sa.String(120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_import_mapping"),
        sa.UniqueConstraint("region_prefix", "digest", name="uq_import_mapping_region_prefix_digest"),
    )


def downgrade() -> None:
    op.drop_table("import_mapping")
