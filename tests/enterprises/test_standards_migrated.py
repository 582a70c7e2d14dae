"""What the old tick "led or took part, recognised" becomes where it is two fields."""

from alembic import command
from sqlalchemy import select

from app.composition.migrations import alembic_config, migrate
from app.enterprises.models import StandardParticipation
from app.kit.db import Database, schema_scope, session_scope
from tests.factories.enterprises import firm
from tests.support.house import HOUSE


def _back(database: Database, revision: str) -> None:
    config = alembic_config()
    with schema_scope(database) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def test_a_tick_says_recognised_and_never_led(empty_database_url: str) -> None:
    database = Database(empty_database_url, HOUSE)
    try:
        migrate(database)
        with session_scope(database) as session:
            one = firm(session, "楚泽牛磺酸")
            for title, recognised in (("甲", True), ("乙", False), ("丙", None)):
                session.add(
                    StandardParticipation(
                        enterprise_id=one.id,
                        year=2020,
                        title=title,
                        level="national",
                        role="led",
                        recognised=recognised,
                    )
                )
        _back(database, "0110")
        migrate(database)
        with session_scope(database) as session:
            rows = session.scalars(select(StandardParticipation).order_by(StandardParticipation.id)).all()
            assert [(row.role, row.recognised) for row in rows] == [("", True), ("", None), ("", None)]
    finally:
        database.dispose()
