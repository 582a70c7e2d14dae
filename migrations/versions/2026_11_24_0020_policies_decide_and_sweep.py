"""policies: what the bureau sets, overrides of kept verdicts, sweeps of the register"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text  # rendered inside JSONB columns
from sqlalchemy.dialects import postgresql
import app.kit.db

revision = '0020'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('policy_setting',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('policy_code', sa.String(length=48).with_variant(sa.String(length=48, collation='C'), 'postgresql'), nullable=False),
    sa.Column('jurisdiction', sa.String(length=12).with_variant(sa.String(length=12, collation='C'), 'postgresql'), nullable=False),
    sa.Column('name', sa.String(length=48).with_variant(sa.String(length=48, collation='C'), 'postgresql'), nullable=False),
    sa.Column('value', sa.String(length=60), nullable=False),
    sa.Column('effective_from', sa.Date(), nullable=False),
    sa.Column('document', sa.String(length=300), nullable=False),
    sa.Column('actor_kind', sa.String(length=12).with_variant(sa.String(length=12, collation='C'), 'postgresql'), nullable=False),
    sa.Column('actor_id', sa.BigInteger(), nullable=True),
    sa.Column('actor_name', sa.String(length=120), nullable=False),
    sa.Column('created_at', app.kit.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', app.kit.db.UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_policy_setting'))
    )
    op.create_index('ix_policy_setting_name', 'policy_setting', ['policy_code', 'jurisdiction', 'name', 'effective_from', 'id'], unique=False)
    op.create_table('sweep',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('on_day', sa.Date(), nullable=False),
    sa.Column('region_prefix', sa.String(length=12).with_variant(sa.String(length=12, collation='C'), 'postgresql'), nullable=False),
    sa.Column('job_id', sa.BigInteger(), nullable=True),
    sa.Column('previous_id', sa.BigInteger(), nullable=True),
    sa.Column('versions', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=False),
    sa.Column('counts', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('actor_kind', sa.String(length=12).with_variant(sa.String(length=12, collation='C'), 'postgresql'), nullable=False),
    sa.Column('actor_id', sa.BigInteger(), nullable=True),
    sa.Column('actor_name', sa.String(length=120), nullable=False),
    sa.Column('started_at', app.kit.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('finished_at', app.kit.db.UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sweep'))
    )
    op.create_table('sweep_line',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('sweep_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('enterprise_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('policy_code', sa.String(length=48).with_variant(sa.String(length=48, collation='C'), 'postgresql'), nullable=False),
    sa.Column('outcome', sa.String(length=8).with_variant(sa.String(length=8, collation='C'), 'postgresql'), nullable=False),
    sa.Column('unmet', sa.Integer(), nullable=False),
    sa.Column('unknown', sa.Integer(), nullable=False),
    sa.Column('score_low', sa.Integer(), nullable=True),
    sa.Column('score_high', sa.Integer(), nullable=True),
    sa.Column('open_clauses', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=False),
    sa.Column('missing', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=False),
    sa.Column('lapses_on', sa.Date(), nullable=True),
    sa.Column('before', sa.String(length=8).with_variant(sa.String(length=8, collation='C'), 'postgresql'), nullable=True),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprise.id'], name=op.f('fk_sweep_line_enterprise_id')),
    sa.ForeignKeyConstraint(['sweep_id'], ['sweep.id'], name=op.f('fk_sweep_line_sweep_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sweep_line')),
    sa.UniqueConstraint('sweep_id', 'policy_code', 'enterprise_id', name=op.f('uq_sweep_line_sweep_id_policy_code_enterprise_id'))
    )
    op.create_index('ix_sweep_line_standing', 'sweep_line', ['sweep_id', 'policy_code', 'outcome', 'unmet', 'unknown', 'enterprise_id'], unique=False)
    op.create_table('verdict_override',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('stored_verdict_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('outcome', sa.String(length=8).with_variant(sa.String(length=8, collation='C'), 'postgresql'), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('document', sa.String(length=300), nullable=False),
    sa.Column('actor_kind', sa.String(length=12).with_variant(sa.String(length=12, collation='C'), 'postgresql'), nullable=False),
    sa.Column('actor_id', sa.BigInteger(), nullable=True),
    sa.Column('actor_name', sa.String(length=120), nullable=False),
    sa.Column('created_at', app.kit.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', app.kit.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by', sa.String(length=120), nullable=False),
    sa.Column('withdrawn_reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['stored_verdict_id'], ['stored_verdict.id'], name=op.f('fk_verdict_override_stored_verdict_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_verdict_override'))
    )
    op.create_index(op.f('ix_verdict_override_stored_verdict_id'), 'verdict_override', ['stored_verdict_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_verdict_override_stored_verdict_id'), table_name='verdict_override')
    op.drop_table('verdict_override')
    op.drop_index('ix_sweep_line_standing', table_name='sweep_line')
    op.drop_table('sweep_line')
    op.drop_table('sweep')
    op.drop_index('ix_policy_setting_name', table_name='policy_setting')
    op.drop_table('policy_setting')
