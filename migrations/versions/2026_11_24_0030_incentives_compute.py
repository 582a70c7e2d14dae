"""incentives: how an amount was reckoned, budgets of a year, what was decided about taking back"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text  # rendered inside JSONB columns
from sqlalchemy.dialects import postgresql
import app.kit.db

revision = '0030'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('incentive_budget',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('code', sa.String(length=60).with_variant(sa.String(length=60, collation='C'), 'postgresql'), nullable=False),
    sa.Column('whole_group', sa.Boolean(), nullable=False),
    sa.Column('jurisdiction', sa.String(length=12).with_variant(sa.String(length=12, collation='C'), 'postgresql'), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('document', sa.String(length=200), nullable=False),
    sa.Column('recorded_at', app.kit.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.String(length=80), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incentive_budget'))
    )
    op.create_index('ix_incentive_budget_code', 'incentive_budget', ['code', 'year', 'id'], unique=False)
    op.create_table('clawback_review',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('incentive_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=20).with_variant(sa.String(length=20, collation='C'), 'postgresql'), nullable=False),
    sa.Column('outcome', sa.String(length=12).with_variant(sa.String(length=12, collation='C'), 'postgresql'), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=True),
    sa.Column('happened_on', sa.Date(), nullable=False),
    sa.Column('document', sa.String(length=200), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('recorded_at', app.kit.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['incentive_id'], ['incentive.id'], name=op.f('fk_clawback_review_incentive_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clawback_review'))
    )
    op.create_index(op.f('ix_clawback_review_incentive_id'), 'clawback_review', ['incentive_id'], unique=False)
    op.create_index('ix_certificate_by_issue', 'certificate', ['kind', 'issued_on', 'id'], unique=False)
    op.add_column('incentive_step', sa.Column('computation', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=True))


def downgrade() -> None:
    op.drop_column('incentive_step', 'computation')
    op.drop_index('ix_certificate_by_issue', table_name='certificate')
    op.drop_index(op.f('ix_clawback_review_incentive_id'), table_name='clawback_review')
    op.drop_table('clawback_review')
    op.drop_index('ix_incentive_budget_code', table_name='incentive_budget')
    op.drop_table('incentive_budget')
