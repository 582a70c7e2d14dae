"""An error in the log tells where it happened, never the values that were at hand."""

from pathlib import Path
from typing import Any, Literal

import pytest
import structlog

from app.config import Settings
from app.logs import configure_logging

PHONE = "0728-1234567"


@pytest.mark.parametrize("env", ["development", "production"])
def test_a_traceback_holds_no_local_values(
    env: Literal["development", "production"], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before: dict[str, Any] = structlog.get_config()
    try:
        configure_logging(Settings(_env_file=None, env=env, data_dir=tmp_path, secret_key="s" * 32))
        try:
            _fail(PHONE)
        except ValueError as error:
            structlog.get_logger().error("unexpected error", incident="3F2A", exc_info=error)
    finally:
        structlog.configure(**before)
    logged = capsys.readouterr().err
    assert "in _fail" in logged or '"name": "_fail"' in logged
    assert PHONE not in logged


def _fail(phone: str) -> None:
    assert phone
    raise ValueError("broken")
