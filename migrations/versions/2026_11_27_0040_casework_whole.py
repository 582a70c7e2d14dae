"""casework whole: supply, opinions, duties, clocks, approvals, vault, engagement, notices"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text  # rendered inside JSONB columns
from sqlalchemy.dialects import postgresql
import app.kit.db

revision = '0040'
down_revision = '0030'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('calendar_feed',
    sa.Column('account_kind', sa.String(length=16).with_variant(sa.String(length=16, collation='C'), 'postgresql'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('token_hash', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('made_at', app.kit.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('account_kind', 'account_id', name=op.f('pk_calendar_feed')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_calendar_feed_token_hash'))
    )
    op.create_table('journal_follower',
    sa.Column('name', sa.String(length=60).with_variant(sa.String(length=60, collation='C'), 'postgresql'), nullable=False),
    sa.Column('position', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('moved_at', app.kit.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_journal_follower'))
    )
    op.create_table('notice',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('account_kind', sa.String(length=16).with_variant(sa.String(length=16, collation='C'), 'postgresql'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('topic', sa.String(length=40).with_variant(sa.String(length=40, collation='C'), 'postgresql'), nullable=False),
    sa.Column('subject_kind', sa.String(length=32).with_variant(sa.String(length=32, collation='C'), 'postgresql'), nullable=False),
    sa.Column('subject_id', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('period', sa.String(length=40).with_variant(sa.String(length=40, collation='C'), 'postgresql'), nullable=False),
    sa.Column('title_zh', sa.String(length=200), nullable=False),
    sa.Column('title_en', sa.String(length=260), nullable=False),
    sa.Column('body_zh', sa.Text(), nullable=False),
    sa.Column('body_en', sa.Text(), nullable=False),
    sa.Column('path', sa.String(length=240), nullable=False),
    sa.Column('position', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('made_at', app.kit.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('read_at', app.kit.db.UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice')),
    sa.UniqueConstraint('account_kind', 'account_id', 'topic', 'subject_kind', 'subject_id', 'period', name=op.f('uq_notice_account_kind_account_id_topic_subject_kind_subject_id_period'))
    )
    op.create_index('ix_notice_inbox', 'notice', ['account_kind', 'account_id', 'read_at', 'id'], unique=False)
    op.create_table('notice_preference',
    sa.Column('account_kind', sa.String(length=16).with_variant(sa.String(length=16, collation='C'), 'postgresql'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('group', sa.String(length=20).with_variant(sa.String(length=20, collation='C'), 'postgresql'), nullable=False),
    sa.Column('channel', sa.String(length=10).with_variant(sa.String(length=10, collation='C'), 'postgresql'), nullable=False),
    sa.Column('manner', sa.String(length=10).with_variant(sa.String(length=10, collation='C'), 'postgresql'), nullable=False),
    sa.PrimaryKeyConstraint('account_kind', 'account_id', 'group', 'channel', name=op.f('pk_notice_preference'))
    )
    op.create_table('programme_setting',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('programme_code', sa.String(length=48).with_variant(sa.String(length=48, collation='C'), 'postgresql'), nullable=False),
    sa.Column('kind', sa.String(length=10).with_variant(sa.String(length=10, collation='C'), 'postgresql'), nullable=False),
    sa.Column('key', sa.String(length=40).with_variant(sa.String(length=40, collation='C'), 'postgresql'), nullable=False),
    sa.Column('value', sa.String(length=20).with_variant(sa.String(length=20, collation='C'), 'postgresql'), nullable=False),
    sa.Column('effective_on', sa.Date(), nullable=False),
    sa.Column('document', sa.String(length=200), nullable=False),
    sa.Column('recorded_at', app.kit.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.String(length=80), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_programme_setting'))
    )
    op.create_index('ix_programme_setting_key', 'programme_setting', ['programme_code', 'kind', 'key', 'effective_on', 'id'], unique=False)
    op.create_table('document',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('enterprise_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=40).with_variant(sa.String(length=40, collation='C'), 'postgresql'), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('year', sa.Integer(), nullable=True),
    sa.Column('file_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=True),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('by_kind', sa.String(length=16).with_variant(sa.String(length=16, collation='C'), 'postgresql'), nullable=False),
    sa.Column('by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('by_name', sa.String(length=120), nullable=False),
    sa.Column('added_at', app.kit.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', app.kit.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('replaced_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprise.id'], name=op.f('fk_document_enterprise_id')),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_document_file_id')),
    sa.ForeignKeyConstraint(['replaced_by'], ['document.id'], name=op.f('fk_document_replaced_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document'))
    )
    op.create_index('ix_document_shelf', 'document', ['enterprise_id', 'kind', 'year', 'id'], unique=False)
    op.create_index('ix_document_validity', 'document', ['valid_until'], unique=False)
    op.create_table('notice_delivery',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('notice_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('channel', sa.String(length=10).with_variant(sa.String(length=10, collation='C'), 'postgresql'), nullable=False),
    sa.Column('digest', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(length=10).with_variant(sa.String(length=10, collation='C'), 'postgresql'), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next_at', app.kit.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('lease_until', app.kit.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('sent_at', app.kit.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('error', sa.String(length=400), nullable=False),
    sa.ForeignKeyConstraint(['notice_id'], ['notice.id'], name=op.f('fk_notice_delivery_notice_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice_delivery')),
    sa.UniqueConstraint('notice_id', 'channel', name=op.f('uq_notice_delivery_notice_id_channel'))
    )
    op.create_index('ix_notice_delivery_due', 'notice_delivery', ['state', 'next_at', 'id'], unique=False)
    op.create_table('paper_template',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('kind', sa.String(length=40).with_variant(sa.String(length=40, collation='C'), 'postgresql'), nullable=False),
    sa.Column('programme_code', sa.String(length=48).with_variant(sa.String(length=48, collation='C'), 'postgresql'), nullable=False),
    sa.Column('file_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('by_name', sa.String(length=120), nullable=False),
    sa.Column('at', app.kit.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', app.kit.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_paper_template_file_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_paper_template'))
    )
    op.create_index('ix_paper_template_kind', 'paper_template', ['kind', 'programme_code', 'id'], unique=False)
    op.create_table('saved_view',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('officer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('page', sa.String(length=60).with_variant(sa.String(length=60, collation='C'), 'postgresql'), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('query', sa.String(length=2000), nullable=False),
    sa.Column('shared', sa.Boolean(), nullable=False),
    sa.Column('created_at', app.kit.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['officer_id'], ['officer.id'], name=op.f('fk_saved_view_officer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_view'))
    )
    op.create_index('ix_saved_view_page', 'saved_view', ['page', 'shared', 'officer_id'], unique=False)
    op.create_table('visit',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('enterprise_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('officer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('officer_name', sa.String(length=120), nullable=False),
    sa.Column('manner', sa.String(length=10).with_variant(sa.String(length=10, collation='C'), 'postgresql'), nullable=False),
    sa.Column('happened_on', sa.Date(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('people', sa.String(length=200), nullable=False),
    sa.Column('call_back_on', sa.Date(), nullable=True),
    sa.Column('called_back_on', sa.Date(), nullable=True),
    sa.Column('case_number', sa.String(length=24).with_variant(sa.String(length=24, collation='C'), 'postgresql'), nullable=True),
    sa.Column('created_at', app.kit.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprise.id'], name=op.f('fk_visit_enterprise_id')),
    sa.ForeignKeyConstraint(['officer_id'], ['officer.id'], name=op.f('fk_visit_officer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visit'))
    )
    op.create_index('ix_visit_firm', 'visit', ['enterprise_id', 'happened_on', 'id'], unique=False)
    op.create_index('ix_visit_officer', 'visit', ['officer_id', 'happened_on', 'id'], unique=False)
    op.create_table('visit_round',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('officer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('region_code', sa.String(length=12).with_variant(sa.String(length=12, collation='C'), 'postgresql'), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.Column('created_by', sa.String(length=120), nullable=False),
    sa.Column('created_at', app.kit.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['officer_id'], ['officer.id'], name=op.f('fk_visit_round_officer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visit_round'))
    )
    op.create_table('case_answer',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('question', sa.String(length=40).with_variant(sa.String(length=40, collation='C'), 'postgresql'), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('draft', sa.Boolean(), nullable=False),
    sa.Column('renewed_from', sa.String(length=24).with_variant(sa.String(length=24, collation='C'), 'postgresql'), nullable=True),
    sa.Column('by_kind', sa.String(length=16).with_variant(sa.String(length=16, collation='C'), 'postgresql'), nullable=False),
    sa.Column('by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('by_name', sa.String(length=120), nullable=False),
    sa.Column('at', app.kit.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case_file.id'], name=op.f('fk_case_answer_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_answer')),
    sa.UniqueConstraint('case_id', 'question', name=op.f('uq_case_answer_case_id_question'))
    )
    op.create_table('case_approval',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('action', sa.String(length=40).with_variant(sa.String(length=40, collation='C'), 'postgresql'), nullable=False),
    sa.Column('officer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('officer_name', sa.String(length=120), nullable=False),
    sa.Column('role', sa.String(length=20).with_variant(sa.String(length=20, collation='C'), 'postgresql'), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('at', app.kit.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('lapsed_at', app.kit.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('lapse_reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case_file.id'], name=op.f('fk_case_approval_case_id')),
    sa.ForeignKeyConstraint(['officer_id'], ['officer.id'], name=op.f('fk_case_approval_officer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_approval'))
    )
    op.create_index('uq_case_approval_standing', 'case_approval', ['case_id', 'action', 'officer_id'], unique=True, sqlite_where=sa.text('lapsed_at IS NULL'), postgresql_where=sa.text('lapsed_at IS NULL'))
    op.create_table('case_clock',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=40).with_variant(sa.String(length=40, collation='C'), 'postgresql'), nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('working_days', sa.Integer(), nullable=True),
    sa.Column('started_on', sa.Date(), nullable=False),
    sa.Column('running_since', sa.Date(), nullable=True),
    sa.Column('used_days', sa.Integer(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['case_file.id'], name=op.f('fk_case_clock_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_clock')),
    sa.UniqueConstraint('case_id', 'code', 'ordinal', name=op.f('uq_case_clock_case_id_code_ordinal'))
    )
    op.create_index('ix_case_clock_due', 'case_clock', ['due_on', 'case_id'], unique=False)
    op.create_table('case_correction',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10).with_variant(sa.String(length=10, collation='C'), 'postgresql'), nullable=False),
    sa.Column('code', sa.String(length=40).with_variant(sa.String(length=40, collation='C'), 'postgresql'), nullable=False),
    sa.Column('remark', sa.Text(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('asked_by', sa.String(length=120), nullable=False),
    sa.Column('asked_at', app.kit.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('answered_by', sa.String(length=120), nullable=False),
    sa.Column('answered_at', app.kit.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('settled_on', sa.Date(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case_file.id'], name=op.f('fk_case_correction_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_correction'))
    )
    op.create_index('ix_case_correction_case', 'case_correction', ['case_id', 'round', 'id'], unique=False)
    op.create_index('ix_case_correction_open', 'case_correction', ['case_id'], unique=False, sqlite_where=sa.text('settled_on IS NULL'), postgresql_where=sa.text('settled_on IS NULL'))
    op.create_table('case_duty',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=40).with_variant(sa.String(length=40, collation='C'), 'postgresql'), nullable=False),
    sa.Column('period', sa.String(length=10).with_variant(sa.String(length=10, collation='C'), 'postgresql'), nullable=False),
    sa.Column('by', sa.String(length=10).with_variant(sa.String(length=10, collation='C'), 'postgresql'), nullable=False),
    sa.Column('title_zh', sa.String(length=120), nullable=False),
    sa.Column('title_en', sa.String(length=160), nullable=False),
    sa.Column('opens_on', sa.Date(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('values', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=False),
    sa.Column('draft', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=False),
    sa.Column('documents', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('done_on', sa.Date(), nullable=True),
    sa.Column('done_by', sa.String(length=120), nullable=False),
    sa.Column('done_at', app.kit.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('waived_on', sa.Date(), nullable=True),
    sa.Column('waived_by', sa.String(length=120), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case_file.id'], name=op.f('fk_case_duty_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_duty')),
    sa.UniqueConstraint('case_id', 'code', 'period', name=op.f('uq_case_duty_case_id_code_period'))
    )
    op.create_index('ix_case_duty_open', 'case_duty', ['due_on', 'case_id'], unique=False, sqlite_where=sa.text('done_on IS NULL AND waived_on IS NULL'), postgresql_where=sa.text('done_on IS NULL AND waived_on IS NULL'))
    op.create_table('case_material',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('material', sa.String(length=40).with_variant(sa.String(length=40, collation='C'), 'postgresql'), nullable=False),
    sa.Column('year', sa.Integer(), nullable=True),
    sa.Column('document_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.String(length=10).with_variant(sa.String(length=10, collation='C'), 'postgresql'), nullable=False),
    sa.Column('remark', sa.Text(), nullable=False),
    sa.Column('by_kind', sa.String(length=16).with_variant(sa.String(length=16, collation='C'), 'postgresql'), nullable=False),
    sa.Column('by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('by_name', sa.String(length=120), nullable=False),
    sa.Column('at', app.kit.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case_file.id'], name=op.f('fk_case_material_case_id')),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], name=op.f('fk_case_material_document_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_material'))
    )
    op.create_index('ix_case_material_case', 'case_material', ['case_id', 'material', 'year'], unique=False)
    op.create_index('ix_case_material_document', 'case_material', ['document_id'], unique=False)
    op.create_table('case_opinion',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('department', sa.String(length=40).with_variant(sa.String(length=40, collation='C'), 'postgresql'), nullable=False),
    sa.Column('question', sa.Text(), nullable=False),
    sa.Column('shown', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=False),
    sa.Column('asked_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('asked_by_name', sa.String(length=120), nullable=False),
    sa.Column('asked_at', app.kit.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('reminded_at', app.kit.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('reminders', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.String(length=20).with_variant(sa.String(length=20, collation='C'), 'postgresql'), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('document_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('answered_by', sa.String(length=120), nullable=False),
    sa.Column('answered_at', app.kit.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_at', app.kit.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case_file.id'], name=op.f('fk_case_opinion_case_id')),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], name=op.f('fk_case_opinion_document_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_opinion'))
    )
    op.create_index('ix_case_opinion_case', 'case_opinion', ['case_id', 'id'], unique=False)
    op.create_index('ix_case_opinion_department', 'case_opinion', ['department', 'answered_at', 'due_on', 'id'], unique=False)
    op.create_table('case_supervision',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('officer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('request', sa.Text(), nullable=False),
    sa.Column('asked_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('asked_by_name', sa.String(length=120), nullable=False),
    sa.Column('asked_at', app.kit.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('answered_by', sa.String(length=120), nullable=False),
    sa.Column('answered_at', app.kit.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('closed_at', app.kit.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case_file.id'], name=op.f('fk_case_supervision_case_id')),
    sa.ForeignKeyConstraint(['officer_id'], ['officer.id'], name=op.f('fk_case_supervision_officer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_supervision'))
    )
    op.create_index('ix_case_supervision_case', 'case_supervision', ['case_id', 'id'], unique=False)
    op.create_index('ix_case_supervision_open', 'case_supervision', ['officer_id', 'due_on', 'id'], unique=False, sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))
    op.create_table('firm_request',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('enterprise_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('department', sa.String(length=40).with_variant(sa.String(length=40, collation='C'), 'postgresql'), nullable=False),
    sa.Column('kind', sa.String(length=10).with_variant(sa.String(length=10, collation='C'), 'postgresql'), nullable=False),
    sa.Column('what', sa.String(length=60).with_variant(sa.String(length=60, collation='C'), 'postgresql'), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('year', sa.Integer(), nullable=True),
    sa.Column('case_number', sa.String(length=24).with_variant(sa.String(length=24, collation='C'), 'postgresql'), nullable=True),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('asked_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('asked_by_name', sa.String(length=120), nullable=False),
    sa.Column('asked_on', sa.Date(), nullable=False),
    sa.Column('asked_at', app.kit.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('outcome', sa.String(length=10).with_variant(sa.String(length=10, collation='C'), 'postgresql'), nullable=False),
    sa.Column('settled_on', sa.Date(), nullable=True),
    sa.Column('settled_by', sa.String(length=120), nullable=False),
    sa.Column('document_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], name=op.f('fk_firm_request_document_id')),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprise.id'], name=op.f('fk_firm_request_enterprise_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_firm_request'))
    )
    op.create_index('ix_firm_request_firm', 'firm_request', ['enterprise_id', 'asked_on', 'id'], unique=False)
    op.create_index('ix_firm_request_open', 'firm_request', ['due_on', 'id'], unique=False, sqlite_where=sa.text('settled_on IS NULL'), postgresql_where=sa.text('settled_on IS NULL'))
    op.create_index('ix_firm_request_repeat', 'firm_request', ['enterprise_id', 'kind', 'what', 'year', 'asked_on'], unique=False)
    op.create_index('ix_firm_request_report', 'firm_request', ['asked_on', 'department', 'kind'], unique=False)
    op.create_table('service_rating',
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('grade', sa.Integer(), nullable=False),
    sa.Column('items', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=False),
    sa.Column('remark', sa.Text(), nullable=False),
    sa.Column('by_name', sa.String(length=120), nullable=False),
    sa.Column('at', app.kit.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('measures', sa.Text(), nullable=False),
    sa.Column('measured_by', sa.String(length=120), nullable=False),
    sa.Column('measured_at', app.kit.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case_file.id'], name=op.f('fk_service_rating_case_id')),
    sa.PrimaryKeyConstraint('case_id', name=op.f('pk_service_rating'))
    )
    op.create_table('visit_stop',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('round_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('enterprise_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('planned_on', sa.Date(), nullable=True),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('skipped', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprise.id'], name=op.f('fk_visit_stop_enterprise_id')),
    sa.ForeignKeyConstraint(['round_id'], ['visit_round.id'], name=op.f('fk_visit_stop_round_id')),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_visit_stop_visit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visit_stop')),
    sa.UniqueConstraint('round_id', 'enterprise_id', name=op.f('uq_visit_stop_round_id_enterprise_id'))
    )
    op.create_index('ix_visit_stop_day', 'visit_stop', ['round_id', 'planned_on', 'ordinal'], unique=False)
    op.add_column('case_stage_entry', sa.Column('by_kind', sa.String(length=16).with_variant(sa.String(length=16, collation='C'), 'postgresql'), nullable=False, server_default=sa.text("''")))
    op.add_column('case_stage_entry', sa.Column('by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
    op.add_column('case_stage_entry', sa.Column('by_name', sa.String(length=120), nullable=False, server_default=sa.text("''")))
    op.add_column('case_stage_entry', sa.Column('at', app.kit.db.UtcDateTime(timezone=True), nullable=True))
    op.add_column('case_stage_entry', sa.Column('before', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=False, server_default=sa.text("'{}'")))
    op.add_column('case_stage_entry', sa.Column('taken_back_at', app.kit.db.UtcDateTime(timezone=True), nullable=True))
    op.add_column('enterprise_user', sa.Column('role', sa.String(length=10).with_variant(sa.String(length=10, collation='C'), 'postgresql'), nullable=False, server_default=sa.text("'manager'")))
    op.add_column('enterprise_user', sa.Column('email', sa.String(length=120), nullable=False, server_default=sa.text("''")))
    op.add_column('enterprise_user', sa.Column('phone', sa.String(length=32), nullable=False, server_default=sa.text("''")))
    op.add_column('invitation', sa.Column('role', sa.String(length=10).with_variant(sa.String(length=10, collation='C'), 'postgresql'), nullable=False, server_default=sa.text("'manager'")))
    op.add_column('officer', sa.Column('department', sa.String(length=40).with_variant(sa.String(length=40, collation='C'), 'postgresql'), nullable=False, server_default=sa.text("''")))
    op.add_column('officer', sa.Column('email', sa.String(length=120), nullable=False, server_default=sa.text("''")))


def downgrade() -> None:
    op.drop_column('officer', 'email')
    op.drop_column('officer', 'department')
    op.drop_column('invitation', 'role')
    op.drop_column('enterprise_user', 'phone')
    op.drop_column('enterprise_user', 'email')
    op.drop_column('enterprise_user', 'role')
    op.drop_column('case_stage_entry', 'taken_back_at')
    op.drop_column('case_stage_entry', 'before')
    op.drop_column('case_stage_entry', 'at')
    op.drop_column('case_stage_entry', 'by_name')
    op.drop_column('case_stage_entry', 'by_id')
    op.drop_column('case_stage_entry', 'by_kind')
    op.drop_index('ix_visit_stop_day', table_name='visit_stop')
    op.drop_table('visit_stop')
    op.drop_table('service_rating')
    op.drop_index('ix_firm_request_report', table_name='firm_request')
    op.drop_index('ix_firm_request_repeat', table_name='firm_request')
    op.drop_index('ix_firm_request_open', table_name='firm_request', sqlite_where=sa.text('settled_on IS NULL'), postgresql_where=sa.text('settled_on IS NULL'))
    op.drop_index('ix_firm_request_firm', table_name='firm_request')
    op.drop_table('firm_request')
    op.drop_index('ix_case_supervision_open', table_name='case_supervision', sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))
    op.drop_index('ix_case_supervision_case', table_name='case_supervision')
    op.drop_table('case_supervision')
    op.drop_index('ix_case_opinion_department', table_name='case_opinion')
    op.drop_index('ix_case_opinion_case', table_name='case_opinion')
    op.drop_table('case_opinion')
    op.drop_index('ix_case_material_document', table_name='case_material')
    op.drop_index('ix_case_material_case', table_name='case_material')
    op.drop_table('case_material')
    op.drop_index('ix_case_duty_open', table_name='case_duty', sqlite_where=sa.text('done_on IS NULL AND waived_on IS NULL'), postgresql_where=sa.text('done_on IS NULL AND waived_on IS NULL'))
    op.drop_table('case_duty')
    op.drop_index('ix_case_correction_open', table_name='case_correction', sqlite_where=sa.text('settled_on IS NULL'), postgresql_where=sa.text('settled_on IS NULL'))
    op.drop_index('ix_case_correction_case', table_name='case_correction')
    op.drop_table('case_correction')
    op.drop_index('ix_case_clock_due', table_name='case_clock')
    op.drop_table('case_clock')
    op.drop_index('uq_case_approval_standing', table_name='case_approval', sqlite_where=sa.text('lapsed_at IS NULL'), postgresql_where=sa.text('lapsed_at IS NULL'))
    op.drop_table('case_approval')
    op.drop_table('case_answer')
    op.drop_table('visit_round')
    op.drop_index('ix_visit_officer', table_name='visit')
    op.drop_index('ix_visit_firm', table_name='visit')
    op.drop_table('visit')
    op.drop_index('ix_saved_view_page', table_name='saved_view')
    op.drop_table('saved_view')
    op.drop_index('ix_paper_template_kind', table_name='paper_template')
    op.drop_table('paper_template')
    op.drop_index('ix_notice_delivery_due', table_name='notice_delivery')
    op.drop_table('notice_delivery')
    op.drop_index('ix_document_validity', table_name='document')
    op.drop_index('ix_document_shelf', table_name='document')
    op.drop_table('document')
    op.drop_index('ix_programme_setting_key', table_name='programme_setting')
    op.drop_table('programme_setting')
    op.drop_table('notice_preference')
    op.drop_index('ix_notice_inbox', table_name='notice')
    op.drop_table('notice')
    op.drop_table('journal_follower')
    op.drop_table('calendar_feed')
