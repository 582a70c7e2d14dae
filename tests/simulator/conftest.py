"""One simulator for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulator.desk import Caller, simulator


@pytest.fixture
def partner(tmp_path: Path) -> Iterator[Caller]:
    """A simulator without faults, at which nothing is put aside."""
    with simulator(tmp_path) as caller:
        yield caller
