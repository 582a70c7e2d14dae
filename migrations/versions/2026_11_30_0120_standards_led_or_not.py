"""a standard's role (led or took part) and its recognition are two things, each of which may be unknown

The old tick `led` was asked for as "led or took part, and recognised". It therefore says that the standard is recognised,
and nothing about who led: no row becomes one that was led, which alone passes a technology SME directly. A box without
a tick may have been left alone, so that it says nothing either.
"""

import sqlalchemy as sa
from alembic import op

import app.kit.db

revision = "0120"
down_revision = "0110"
branch_labels = None
depends_on = None

_TABLE = "standard_participation"


def upgrade() -> None:
    op.add_column(_TABLE, sa.Column("role", app.kit.db.Code(40), nullable=False, server_default=""))
    op.add_column(_TABLE, sa.Column("recognised", sa.Boolean(), nullable=True))
    rows = sa.table(_TABLE, sa.column("led", sa.Boolean()), sa.column("recognised", sa.Boolean()))
    op.execute(sa.update(rows).where(rows.c.led).values(recognised=sa.true()))
    op.drop_column(_TABLE, "led")


def downgrade() -> None:
    op.add_column(_TABLE, sa.Column("led", sa.Boolean(), nullable=False, server_default=sa.false()))
    rows = sa.table(_TABLE, sa.column("led", sa.Boolean()), sa.column("recognised", sa.Boolean()))
    op.execute(sa.update(rows).where(rows.c.recognised).values(led=sa.true()))
    op.drop_column(_TABLE, "recognised")
    op.drop_column(_TABLE, "role")
