"""What the index holds after its migration is what is written with a firm."""

from alembic import command
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.composition.migrations import alembic_config, migrate
from app.enterprises.domain.search import search_terms
from app.enterprises.models import Enterprise
from app.enterprises.search_index import matching
from app.kit.db import Database, schema_scope, session_scope
from tests.factories.enterprises import firm
from tests.support.house import HOUSE


def _back(database: Database, revision: str) -> None:
    config = alembic_config()
    with schema_scope(database) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def _kept(session: Session) -> dict[int, set[str]]:
    key = "enterprise_id" if session.get_bind().dialect.name == "postgresql" else "rowid"
    rows = session.execute(text(f"select {key}, terms from enterprise_search")).all()
    return {number: set(terms.split() if isinstance(terms, str) else terms) for number, terms in rows}


def test_fours_are_added_to_what_was_indexed_before(empty_database_url: str) -> None:
    database = Database(empty_database_url, HOUSE)
    try:
        migrate(database)
        with session_scope(database) as session:
            for name in ("楚泽牛磺酸", "二〇二一2021年华锐3D打印", "A1", "ＡＢ１２３４"):
                firm(session, name)
        with session_scope(database) as session:
            texts = dict(session.execute(select(Enterprise.id, Enterprise.search_text)).all())
            wanted = {number: search_terms(told) for number, told in texts.items()}
            assert _kept(session) == wanted
        _back(database, "0170")
        with session_scope(database) as session:
            assert max(len(term) for terms in _kept(session).values() for term in terms) == 2
        migrate(database)
        with session_scope(database) as session:
            assert _kept(session) == wanted
            wanted_word = matching(session, "2021")
            assert wanted_word is not None
            (found,) = session.scalars(select(Enterprise.name).where(wanted_word))
            assert found.startswith("二〇二一2021年")
    finally:
        database.dispose()
