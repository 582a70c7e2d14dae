"""What the tests of imports share."""

from pathlib import Path

import pytest

from app.kit.db import Database
from tests.support.imports import Importer


@pytest.fixture
def importer(database: Database, tmp_path: Path) -> Importer:
    """Imports into the fresh database."""
    return Importer(database, tmp_path / "data")
