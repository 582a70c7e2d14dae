"""`yumiao undo`: its closing line, what it says of what stays, its exit codes."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update

from app.cli import main
from app.enterprises.models import Enterprise
from app.kit.clock import utc_now
from app.kit.db import Database, session_scope
from tests.factories.enterprises import fictional_code
from tests.factories.lists import firm_rows, write_list
from tests.support.imports import Importer
from tests.support.server import clean_environment

Here = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run_here(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Here:
    """The command, with the environment of a deployment."""
    environment = clean_environment(YUMIAO_DATABASE_URL=database_url, YUMIAO_DATA_DIR=str(tmp_path / "data"))

    def call(*arguments: str) -> tuple[int, str, str]:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["yumiao", "undo", *arguments])
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        written = capsys.readouterr()
        return code, written.out, written.err

    return call


def test_it_tells_what_went_and_what_stayed(run_here: Here, database: Database, tmp_path: Path) -> None:
    importer = Importer(database, tmp_path / "data", utc_now())
    taken = importer.take_in(write_list(tmp_path / "a.csv", firm_rows(3)))
    with session_scope(database) as session:
        session.execute(update(Enterprise).where(Enterprise.uscc == fictional_code(2)).values(address="新址（示例）"))
    code, told, _error = run_here(str(taken), "--preview")
    assert (code, told.splitlines()[-1]) == (0, "firms=2 records=0 fields=0 left=1")
    code, told, _error = run_here(str(taken))
    assert (code, told.splitlines()[-1]) == (0, "firms=2 records=0 fields=0 left=1")
    assert f"{fictional_code(2)}: 地址此后被修改" in told
    code, _told, error = run_here(str(taken))
    assert code == 1 and "已经撤销" in error
    code, _told, error = run_here("99")
    assert code == 1 and "没有这次导入" in error
