"""What every connection is told when it opens."""

from sqlalchemy import text

from app.kit.db import Database, read_scope
from tests.support.databases import Templates


def test_postgresql_does_not_compile_our_statements(templates: Templates) -> None:
    database = Database(templates.postgres_url())
    with read_scope(database) as session:
        assert session.scalar(text("show jit")) == "off"
    database.dispose()
