"""exchange both ways: partners, hand-overs, receipts, reconciliations; keys, rates and networks of machine clients"""

import sqlalchemy as sa
from alembic import op

import app.kit.db

revision = "0080"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "used_nonce",
        sa.Column("key_id", app.kit.db.Code(60), nullable=False),
        sa.Column("nonce", app.kit.db.Code(64), nullable=False),
        sa.Column("expires_at", app.kit.db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", "nonce", name=op.f("pk_used_nonce")),
    )
    op.create_index(op.f("ix_used_nonce_expires_at"), "used_nonce", ["expires_at"], unique=False)
    op.create_table(
        "exchange_partner",
        sa.Column("id", app.kit.db.BigId, autoincrement=True, nullable=False),
        sa.Column("code", app.kit.db.Code(40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("definition", app.kit.db.Code(40), nullable=False),
        sa.Column("definition_version", app.kit.db.Code(10), nullable=False),
        sa.Column("transport", app.kit.db.Code(8), nullable=False),
        sa.Column("region_prefix", app.kit.db.Code(12), nullable=False),
        sa.Column("resources", app.kit.db.Json, nullable=False),
        sa.Column("follows", sa.Boolean(), nullable=False),
        sa.Column("base_url", sa.String(length=240), nullable=False),
        sa.Column("scheme", app.kit.db.Code(10), nullable=False),
        sa.Column("key_id", app.kit.db.Code(60), nullable=False),
        sa.Column("sealed_key", sa.Text(), nullable=False),
        sa.Column("certificate", sa.Text(), nullable=False),
        sa.Column("certificate_until", app.kit.db.UtcDateTime(), nullable=True),
        sa.Column("client_row_id", app.kit.db.BigId, nullable=True),
        sa.Column("receipts_cursor", sa.String(length=200), nullable=False),
        sa.Column("polled_at", app.kit.db.UtcDateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("open_until", app.kit.db.UtcDateTime(), nullable=True),
        sa.Column("last_success_at", app.kit.db.UtcDateTime(), nullable=True),
        sa.Column("last_failure_at", app.kit.db.UtcDateTime(), nullable=True),
        sa.Column("last_error", sa.String(length=400), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", app.kit.db.UtcDateTime(), nullable=False),
        sa.Column("updated_at", app.kit.db.UtcDateTime(), nullable=False),
        sa.Column("disabled_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_row_id"], ["machine_client.id"], name=op.f("fk_exchange_partner_client_row_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_partner")),
        sa.UniqueConstraint("code", name=op.f("uq_exchange_partner_code")),
    )
    op.create_index(op.f("ix_exchange_partner_client_row_id"), "exchange_partner", ["client_row_id"], unique=False)
    op.create_table(
        "handover",
        sa.Column("id", app.kit.db.BigId, autoincrement=True, nullable=False),
        sa.Column("number", app.kit.db.Code(40), nullable=False),
        sa.Column("partner_id", app.kit.db.BigId, nullable=False),
        sa.Column("resource", app.kit.db.Code(40), nullable=False),
        sa.Column("definition_version", app.kit.db.Code(10), nullable=False),
        sa.Column("programme_code", app.kit.db.Code(48), nullable=False),
        sa.Column("basis", app.kit.db.Code(10), nullable=False),
        sa.Column("transport", app.kit.db.Code(8), nullable=False),
        sa.Column("state", app.kit.db.Code(12), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("checksum", app.kit.db.Code(64), nullable=False),
        sa.Column("position", app.kit.db.BigId, nullable=False),
        sa.Column("announced_at", app.kit.db.UtcDateTime(), nullable=True),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", app.kit.db.UtcDateTime(), nullable=False),
        sa.Column("released_at", app.kit.db.UtcDateTime(), nullable=True),
        sa.Column("sent_at", app.kit.db.UtcDateTime(), nullable=True),
        sa.Column("acknowledged_at", app.kit.db.UtcDateTime(), nullable=True),
        sa.Column("reconciled_at", app.kit.db.UtcDateTime(), nullable=True),
        sa.Column("cancelled_at", app.kit.db.UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["exchange_partner.id"], name=op.f("fk_handover_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
        sa.UniqueConstraint("number", name=op.f("uq_handover_number")),
    )
    op.create_index("ix_handover_partner", "handover", ["partner_id", "id"], unique=False)
    op.create_index("ix_handover_state", "handover", ["state", "id"], unique=False)
    op.create_table(
        "indicator_value",
        sa.Column("id", app.kit.db.BigId, autoincrement=True, nullable=False),
        sa.Column("plan_item_id", app.kit.db.BigId, nullable=False),
        sa.Column("key", app.kit.db.Code(80), nullable=False),
        sa.Column("value", sa.Integer(), nullable=True),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("updated_at", app.kit.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["plan_item_id"], ["plan_item.id"], name=op.f("fk_indicator_value_plan_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator_value")),
        sa.UniqueConstraint("key", name=op.f("uq_indicator_value_key")),
        sa.UniqueConstraint("plan_item_id", name=op.f("uq_indicator_value_plan_item_id")),
    )
    op.create_table(
        "partner_call",
        sa.Column("id", app.kit.db.BigId, autoincrement=True, nullable=False),
        sa.Column("partner_id", app.kit.db.BigId, nullable=False),
        sa.Column("at", app.kit.db.UtcDateTime(), nullable=False),
        sa.Column("purpose", app.kit.db.Code(12), nullable=False),
        sa.Column("handover_id", sa.BigInteger(), nullable=True),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=400), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["exchange_partner.id"], name=op.f("fk_partner_call_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_call")),
    )
    op.create_index(op.f("ix_partner_call_at"), "partner_call", ["at"], unique=False)
    op.create_table(
        "partner_record",
        sa.Column("partner_id", app.kit.db.BigId, nullable=False),
        sa.Column("resource", app.kit.db.Code(40), nullable=False),
        sa.Column("key", app.kit.db.Code(120), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger(), nullable=True),
        sa.Column("state", app.kit.db.Code(12), nullable=False),
        sa.Column("changed_position", app.kit.db.BigId, nullable=False),
        sa.Column("changed_at", app.kit.db.UtcDateTime(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("sent_position", app.kit.db.BigId, nullable=False),
        sa.Column("sent_digest", app.kit.db.Code(64), nullable=False),
        sa.Column("accepted_position", app.kit.db.BigId, nullable=False),
        sa.Column("accepted_digest", app.kit.db.Code(64), nullable=False),
        sa.Column("accepted_at", app.kit.db.UtcDateTime(), nullable=True),
        sa.Column("item_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["partner_id"], ["exchange_partner.id"], name=op.f("fk_partner_record_partner_id")),
        sa.PrimaryKeyConstraint("partner_id", "resource", "key", name=op.f("pk_partner_record")),
    )
    op.create_index(op.f("ix_partner_record_enterprise_id"), "partner_record", ["enterprise_id"], unique=False)
    op.create_index(
        "ix_partner_record_state",
        "partner_record",
        ["partner_id", "resource", "state", "changed_position"],
        unique=False,
    )
    op.create_table(
        "receipt",
        sa.Column("id", app.kit.db.BigId, autoincrement=True, nullable=False),
        sa.Column("partner_id", app.kit.db.BigId, nullable=False),
        sa.Column("receipt_id", app.kit.db.Code(200), nullable=False),
        sa.Column("channel", app.kit.db.Code(10), nullable=False),
        sa.Column("kind", app.kit.db.Code(10), nullable=False),
        sa.Column("subject", app.kit.db.Code(200), nullable=False),
        sa.Column("outcome", app.kit.db.Code(12), nullable=False),
        sa.Column("reason_code", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("content", app.kit.db.Json, nullable=False),
        sa.Column("applied", sa.Boolean(), nullable=False),
        sa.Column("note", app.kit.db.Code(20), nullable=False),
        sa.Column("received_at", app.kit.db.UtcDateTime(), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["exchange_partner.id"], name=op.f("fk_receipt_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("partner_id", "receipt_id", name=op.f("uq_receipt_partner_id_receipt_id")),
    )
    op.create_index("ix_receipt_note", "receipt", ["partner_id", "applied", "id"], unique=False)
    op.create_table(
        "reconciliation",
        sa.Column("id", app.kit.db.BigId, autoincrement=True, nullable=False),
        sa.Column("partner_id", app.kit.db.BigId, nullable=False),
        sa.Column("resource", app.kit.db.Code(40), nullable=False),
        sa.Column("source", app.kit.db.Code(10), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("state", app.kit.db.Code(10), nullable=False),
        sa.Column("position", app.kit.db.BigId, nullable=False),
        sa.Column("same", sa.Integer(), nullable=False),
        sa.Column("differing", sa.Integer(), nullable=False),
        sa.Column("only_here", sa.Integer(), nullable=False),
        sa.Column("only_there", sa.Integer(), nullable=False),
        sa.Column("unreadable", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=400), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", app.kit.db.UtcDateTime(), nullable=False),
        sa.Column("finished_at", app.kit.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["partner_id"], ["exchange_partner.id"], name=op.f("fk_reconciliation_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation")),
    )
    op.create_index("ix_reconciliation_partner", "reconciliation", ["partner_id", "id"], unique=False)
    op.create_table(
        "handover_item",
        sa.Column("id", app.kit.db.BigId, autoincrement=True, nullable=False),
        sa.Column("handover_id", app.kit.db.BigId, nullable=False),
        sa.Column("partner_id", app.kit.db.BigId, nullable=False),
        sa.Column("resource", app.kit.db.Code(40), nullable=False),
        sa.Column("key", app.kit.db.Code(120), nullable=False),
        sa.Column("label", sa.String(length=240), nullable=False),
        sa.Column("row_id", sa.BigInteger(), nullable=True),
        sa.Column("enterprise_id", sa.BigInteger(), nullable=True),
        sa.Column("position", app.kit.db.BigId, nullable=False),
        sa.Column("idempotency_key", app.kit.db.Code(200), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("digest", app.kit.db.Code(64), nullable=False),
        sa.Column("state", app.kit.db.Code(12), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", app.kit.db.UtcDateTime(), nullable=False),
        sa.Column("lease_until", app.kit.db.UtcDateTime(), nullable=True),
        sa.Column("sent_at", app.kit.db.UtcDateTime(), nullable=True),
        sa.Column("settled_at", app.kit.db.UtcDateTime(), nullable=True),
        sa.Column("error", sa.String(length=400), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("reason_code", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(["handover_id"], ["handover.id"], name=op.f("fk_handover_item_handover_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["exchange_partner.id"], name=op.f("fk_handover_item_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_item")),
        sa.UniqueConstraint("partner_id", "idempotency_key", name=op.f("uq_handover_item_partner_id_idempotency_key")),
    )
    op.create_index("ix_handover_item_due", "handover_item", ["partner_id", "state", "next_at", "id"], unique=False)
    op.create_index(op.f("ix_handover_item_enterprise_id"), "handover_item", ["enterprise_id"], unique=False)
    op.create_index("ix_handover_item_handover", "handover_item", ["handover_id", "state", "id"], unique=False)
    op.create_index("ix_handover_item_record", "handover_item", ["partner_id", "resource", "key", "id"], unique=False)
    op.create_index(op.f("ix_handover_item_settled_at"), "handover_item", ["settled_at"], unique=False)
    op.create_table(
        "reconciliation_line",
        sa.Column("id", app.kit.db.BigId, autoincrement=True, nullable=False),
        sa.Column("reconciliation_id", app.kit.db.BigId, nullable=False),
        sa.Column("kind", app.kit.db.Code(12), nullable=False),
        sa.Column("key", app.kit.db.Code(120), nullable=False),
        sa.Column("label", sa.String(length=240), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger(), nullable=True),
        sa.Column("fields", app.kit.db.Json, nullable=False),
        sa.Column("handover_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["reconciliation_id"], ["reconciliation.id"], name=op.f("fk_reconciliation_line_reconciliation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation_line")),
    )
    op.create_index(
        "ix_reconciliation_line_kind", "reconciliation_line", ["reconciliation_id", "kind", "id"], unique=False
    )
    op.add_column(
        "machine_client",
        sa.Column("former_secret_hash", app.kit.db.Code(64), nullable=False, server_default=sa.text("''")),
    )
    op.add_column("machine_client", sa.Column("former_secret_until", app.kit.db.UtcDateTime(), nullable=True))
    op.add_column(
        "machine_client",
        sa.Column("allowed_addresses", sa.String(length=400), nullable=False, server_default=sa.text("''")),
    )
    op.add_column("machine_client", sa.Column("rate_per_second", sa.Integer(), nullable=True))
    op.add_column("machine_client", sa.Column("burst", sa.Integer(), nullable=True))
    op.add_column("machine_client", sa.Column("sealed_key", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("machine_client", sa.Column("signed_only", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("machine_client", "signed_only")
    op.drop_column("machine_client", "sealed_key")
    op.drop_column("machine_client", "burst")
    op.drop_column("machine_client", "rate_per_second")
    op.drop_column("machine_client", "allowed_addresses")
    op.drop_column("machine_client", "former_secret_until")
    op.drop_column("machine_client", "former_secret_hash")
    op.drop_index("ix_reconciliation_line_kind", table_name="reconciliation_line")
    op.drop_table("reconciliation_line")
    op.drop_index(op.f("ix_handover_item_settled_at"), table_name="handover_item")
    op.drop_index("ix_handover_item_record", table_name="handover_item")
    op.drop_index("ix_handover_item_handover", table_name="handover_item")
    op.drop_index(op.f("ix_handover_item_enterprise_id"), table_name="handover_item")
    op.drop_index("ix_handover_item_due", table_name="handover_item")
    op.drop_table("handover_item")
    op.drop_index("ix_reconciliation_partner", table_name="reconciliation")
    op.drop_table("reconciliation")
    op.drop_index("ix_receipt_note", table_name="receipt")
    op.drop_table("receipt")
    op.drop_index("ix_partner_record_state", table_name="partner_record")
    op.drop_index(op.f("ix_partner_record_enterprise_id"), table_name="partner_record")
    op.drop_table("partner_record")
    op.drop_index(op.f("ix_partner_call_at"), table_name="partner_call")
    op.drop_table("partner_call")
    op.drop_table("indicator_value")
    op.drop_index("ix_handover_state", table_name="handover")
    op.drop_index("ix_handover_partner", table_name="handover")
    op.drop_table("handover")
    op.drop_index(op.f("ix_exchange_partner_client_row_id"), table_name="exchange_partner")
    op.drop_table("exchange_partner")
    op.drop_index(op.f("ix_used_nonce_expires_at"), table_name="used_nonce")
    op.drop_table("used_nonce")
