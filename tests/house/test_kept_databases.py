"""What a test run takes from the run before: only what the same sources would build again, whole or not at all."""

from pathlib import Path

import pytest

from tests.support import demos, kept


@pytest.fixture(autouse=True)
def own_shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_every_pattern_of_sources_finds_something() -> None:
    assert [pattern for pattern in demos.SOURCES if not next(kept.ROOT.glob(pattern), None)] == []


@pytest.mark.parametrize("changed", ["seeds/plans/x/2021.yaml", "migrations/versions/one.py", "app/cases/models.py"])
def test_a_changed_source_has_another_fingerprint(tmp_path: Path, changed: str) -> None:
    path = tmp_path / changed
    path.parent.mkdir(parents=True)
    path.write_text("a: 1")
    before = kept.fingerprint(tmp_path)
    path.write_text("a: 2")
    assert kept.fingerprint(tmp_path) != before
    path.write_text("a: 1")
    assert kept.fingerprint(tmp_path) == before


def _whole(draft: Path) -> None:
    (draft / "file").write_text("whole")


def test_what_is_kept_is_found_and_the_oldest_go() -> None:
    for number in range(14):
        kept.keep(f"one-{number}", _whole)
    found = kept.find("one-13")
    assert found is not None and (found / "file").read_text() == "whole"
    assert len(list(kept.shelf().iterdir())) == 12


def test_half_a_copy_is_never_found() -> None:
    def fill(draft: Path) -> None:
        (draft / "file").write_text("half")
        raise OSError("no space left on device")

    kept.keep("broken", fill)
    assert kept.find("broken") is None
    assert list(kept.shelf().iterdir()) == []
