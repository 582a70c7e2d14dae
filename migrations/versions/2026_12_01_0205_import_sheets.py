"""imports: a file is read sheet by sheet; what was read of one sheet so far moves there"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0205"
down_revision = "0200"
branch_labels = None
depends_on = None

COUNTS = ("total", "created", "changed", "unchanged", "differs", "queued", "rejected")
REGISTERS = {"enterprises": "firm", "figures": "figures"}
#: What speaks of the firm also in a list of figures.
OF_FIRM = {"uscc", "name", "", "reason"}
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _code(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "import_sheet",
        sa.Column("run_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("register", _code(40), nullable=False),
        sa.Column("mapping", JSON, nullable=False),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.Column("left_out", JSON, nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_import_sheet_run_id")),
        sa.PrimaryKeyConstraint("run_id", "position", name=op.f("pk_import_sheet")),
    )
    _move_readings()
    with op.batch_alter_table("import_run") as table:
        table.drop_column("mapping")
    with op.batch_alter_table("import_row") as table:
        table.add_column(sa.Column("sheet", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("block", sa.Integer(), nullable=False, server_default="0"))
        table.alter_column("key", type_=_code(120), existing_type=_code(60), existing_nullable=False)
        table.drop_constraint("uq_import_row_run_id_row_number", type_="unique")
        table.create_unique_constraint("uq_import_row_run_id_sheet_row_number", ["run_id", "sheet", "row_number"])
        table.drop_index("ix_import_row_by_outcome")
        table.create_index("ix_import_row_by_outcome", ["run_id", "outcome", "sheet", "row_number"])
    with op.batch_alter_table("import_row") as table:
        table.alter_column("sheet", server_default=None, existing_type=sa.Integer(), existing_nullable=False)
        table.alter_column("block", server_default=None, existing_type=sa.Integer(), existing_nullable=False)


def downgrade() -> None:
    op.execute("delete from import_row where sheet > 0")
    op.execute("update import_run set kind = 'enterprises' where kind = 'workbook'")
    with op.batch_alter_table("import_row") as table:
        table.drop_constraint("uq_import_row_run_id_sheet_row_number", type_="unique")
        table.create_unique_constraint("uq_import_row_run_id_row_number", ["run_id", "row_number"])
        table.drop_index("ix_import_row_by_outcome")
        table.create_index("ix_import_row_by_outcome", ["run_id", "outcome", "row_number"])
        table.drop_column("sheet")
        table.drop_column("block")
    with op.batch_alter_table("import_run") as table:
        table.add_column(sa.Column("mapping", JSON, nullable=False, server_default="{}"))
    op.drop_table("import_sheet")


def _move_readings() -> None:
    bind = op.get_bind()
    columns = ", ".join(("id", "kind", "mapping", *COUNTS))
    for row in bind.execute(sa.text(f"select {columns} from import_run")).mappings().all():
        kept = json.loads(row["mapping"]) if isinstance(row["mapping"], str) else row["mapping"]
        register = REGISTERS[row["kind"]]
        values = {name: row[name] for name in COUNTS} | {
            "run_id": row["id"],
            "name": kept.get("sheet", ""),
            "register": register,
            "mapping": json.dumps(_read_anew(kept, register), ensure_ascii=False),
        }
        bind.execute(
            sa.text(
                "insert into import_sheet (run_id, position, name, hidden, register, mapping, chosen, turn, left_out,"
                " total, created, changed, unchanged, differs, queued, rejected) values (:run_id, 0, :name, :no, :register,"
                f" {_as_json(bind)}, :yes, 0, '[]',"
                " :total, :created, :changed, :unchanged, :differs, :queued, :rejected)"
            ),
            values | {"no": False, "yes": True},
        )


def _as_json(bind: Any) -> str:
    return "cast(:mapping as jsonb)" if bind.dialect.name == "postgresql" else ":mapping"


def _read_anew(kept: dict[str, Any], register: str) -> dict[str, Any]:
    """The reading of before in today's words: a column by its place, a field with its register."""
    row = kept.get("header_row", 1)
    columns = [
        [index, header, field if register == "firm" or field in OF_FIRM else f"{register}.{field}", unit]
        for index, (header, field, unit) in enumerate(kept.get("columns", []))
    ]
    return {"header": [row, row], "columns": columns, "given": {}}
