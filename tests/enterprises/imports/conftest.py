"""What the tests of imports share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.kit.db import Database
from tests.support.databases import Templates
from tests.support.imports import Importer
from tests.support.server import clean_environment


@pytest.fixture
def importer(database: Database, tmp_path: Path) -> Importer:
    """Imports into the fresh database."""
    return Importer(database, tmp_path / "data")


@pytest.fixture
def empty_copy(
    dialect: str, templates: Templates, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[dict[str, str], Database]]:
    """Another fresh database and the environment of a command on it."""
    url = templates.copy(dialect, tmp_path_factory.mktemp("other"))
    database = Database(url)
    yield clean_environment(YUMIAO_DATABASE_URL=url, YUMIAO_DATA_DIR=str(tmp_path / "other"), PYTHONUTF8="1"), database
    database.dispose()
    templates.drop(url)
