"""Fixtures of casework."""

from datetime import UTC, datetime

import pytest


@pytest.fixture
def later() -> datetime:
    """Nine days after the instant at which tests happen."""
    return datetime(2021, 7, 9, 2, 0, tzinfo=UTC)
