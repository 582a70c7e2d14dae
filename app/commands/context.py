"""What every command needs: settings and a database that is closed at the end."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from pydantic import ValidationError

from app.composition.slices import compose
from app.config import Settings
from app.kit.db import Database


def load_settings() -> Settings:
    """The settings; a wrong one is told in one line and ends the command with 2."""
    try:
        return Settings()
    except ValidationError as error:
        for item in error.errors():
            typer.echo(item["msg"].removeprefix("Value error, "), err=True)
        raise typer.Exit(2) from None


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """The database of `settings`, its directory made when absent."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.url, compose(), folder=settings.data_dir)
    try:
        yield database
    finally:
        database.dispose()
