"""rows of imports are grouped by their main reason, and decisions about them can be told before the import begins"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0350"
down_revision = "0340"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
CODE = sa.String(40).with_variant(sa.String(40, collation="C"), "postgresql")
#: The code of a row's first reason, by dialect.
FIRST = {"sqlite": "json_extract(reasons, '$[0].code')", "postgresql": "reasons -> 0 ->> 'code'"}


def upgrade() -> None:
    op.add_column("import_run", sa.Column("decisions", JSON, nullable=False, server_default="{}"))
    op.add_column("import_row", sa.Column("main_reason", CODE, nullable=False, server_default=""))
    first = FIRST[op.get_bind().dialect.name]
    op.execute(f"UPDATE import_row SET main_reason = substr(coalesce({first}, ''), 1, 40) WHERE outcome <> 'differs'")  # noqa: S608
    told = "CAST(reasons AS TEXT) LIKE '%\"{0}\"%'"
    op.execute(
        "UPDATE import_row SET main_reason = CASE "  # noqa: S608
        f"WHEN {told.format('conflict')} THEN 'conflict' WHEN {told.format('jump')} THEN 'jump' ELSE 'differs' END "
        "WHERE outcome = 'differs'"
    )
    op.create_index("ix_import_row_by_reason", "import_row", ["run_id", "outcome", "main_reason", "decision"])


def downgrade() -> None:
    op.drop_index("ix_import_row_by_reason", "import_row")
    op.drop_column("import_row", "main_reason")
    op.drop_column("import_run", "decisions")
