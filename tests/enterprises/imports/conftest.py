"""What the tests of imports share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.kit.db import Database
from tests.support.databases import Templates
from tests.support.house import HOUSE
from tests.support.imports import Importer


@pytest.fixture
def importer(database: Database, tmp_path: Path) -> Importer:
    """Imports into the fresh database."""
    return Importer(database, tmp_path / "data")


@pytest.fixture
def other_database(dialect: str, templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Another fresh database, to compare with."""
    url = templates.copy(dialect, tmp_path_factory.mktemp("other"))
    database = Database(url, HOUSE)
    yield database
    database.dispose()
    templates.drop(url)
