"""The order of the house: who may import whom."""

import os

import pytest
from importlinter.cli import lint_imports

from tests.support.source import ROOT


@pytest.mark.filterwarnings("ignore")
def test_import_contracts_are_kept(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    status = lint_imports(no_cache=True)
    assert status == os.EX_OK, capsys.readouterr().out
