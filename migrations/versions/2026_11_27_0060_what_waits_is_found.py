"""indexes by which the desk finds what waits: unchecked, unanswered, unheard, to be called back"""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0050"
branch_labels = None
depends_on = None

#: name, table, columns, and which rows of the table the index holds ("" for all).
_INDEXES = (
    ("ix_case_material_unchecked", "case_material", ("case_id",), "state = 'supplied' AND by_kind = 'enterprise'"),
    ("ix_case_answer_by_firm", "case_answer", ("at", "case_id"), "by_kind = 'enterprise'"),
    ("ix_case_opinion_awaited", "case_opinion", ("due_on", "id"), "outcome = '' AND withdrawn_at IS NULL"),
    ("ix_case_opinion_answered", "case_opinion", ("answered_at", "id"), ""),
    ("ix_case_duty_done", "case_duty", ("done_at", "id"), ""),
    ("ix_visit_call_back", "visit", ("call_back_on", "id"), "called_back_on IS NULL AND call_back_on IS NOT NULL"),
    ("ix_fact_statement_told", "fact_statement", ("actor_kind", "created_at", "enterprise_id"), ""),
    ("ix_case_supervision_listed", "case_supervision", ("due_on", "id"), ""),
    ("ix_service_rating_listed", "service_rating", ("at", "case_id"), ""),
    ("ix_service_rating_bad", "service_rating", ("at", "case_id"), "grade <= 2 AND measured_at IS NULL"),
)


def upgrade() -> None:
    for name, table, columns, rows in _INDEXES:
        where = sa.text(rows) if rows else None
        op.create_index(name, table, list(columns), sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name, table, _columns, _rows in reversed(_INDEXES):
        op.drop_index(name, table_name=table)
