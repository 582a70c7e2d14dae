"""search index: full text on SQLite, arrays with GIN on PostgreSQL

Written by hand: neither can be told from the metadata. The register fills it (app/enterprises/search_index.py).
"""

from alembic import op

revision = "0010"
down_revision = "0001"
branch_labels = None
depends_on = None

# The `ascii` tokenizer keeps every character beyond ASCII, rare ideographs included; terms hold no separators.
SQLITE = (
    "create virtual table enterprise_search using fts5(terms, tokenize = 'ascii', detail = none, columnsize = 0)",
)
POSTGRESQL = (
    "create table enterprise_search (enterprise_id bigint primary key references enterprise (id) on delete cascade,"
    ' terms text[] collate "C" not null)',
    "create index enterprise_search_terms on enterprise_search using gin (terms)",
)


def upgrade() -> None:
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    op.execute("drop table enterprise_search")
