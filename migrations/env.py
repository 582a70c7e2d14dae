"""Alembic's environment: one connection, one transaction per migration."""

from alembic import context

from app.composition.slices import compose
from app.composition.tables import METADATA
from app.config import Settings
from app.kit.db import Database


def include_object(obj: object, name: str | None, type_: str, reflected: bool, compare_to: object) -> bool:
    """The search index of SQLite is a virtual table with shadow tables; it is made by hand, not compared."""
    return not (name or "").startswith("enterprise_search")


def run() -> None:
    connection = context.config.attributes.get("connection")
    if connection is not None:
        migrate(connection)
        return
    database = Database(Settings().url, compose())
    with database.engine.connect() as opened:
        migrate(opened)
        opened.commit()
    database.dispose()


def migrate(connection: object) -> None:
    context.configure(
        connection=connection,  # type: ignore[arg-type]
        target_metadata=METADATA,
        include_object=include_object,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
