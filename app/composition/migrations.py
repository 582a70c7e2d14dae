"""Bringing the database to the newest schema, and knowing whether it is."""

from functools import lru_cache

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.orm import Session

from app.config import ROOT
from app.kit.db import Database, schema_scope


def alembic_config() -> Config:
    """Alembic's configuration of this project."""
    return Config(str(ROOT / "alembic.ini"))


def migrate(database: Database) -> None:
    """Upgrade to the newest schema, in one transaction."""
    config = alembic_config()
    with schema_scope(database) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(session: Session) -> bool:
    """Whether the database stands at the newest migration."""
    current = MigrationContext.configure(session.connection()).get_current_heads()
    return set(current) == set(_heads())


@lru_cache
def _heads() -> tuple[str, ...]:
    return tuple(ScriptDirectory.from_config(alembic_config()).get_heads())
