"""Templates are compiled once a machine, not once a process."""

from collections.abc import Callable
from pathlib import Path

import pytest
from jinja2 import Environment

from app.kit import templates
from app.kit.templates import make_environment

NAME = "components/basics.html"


@pytest.fixture
def compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many templates an environment compiled to load one, its compiled files lying in a folder of the test."""
    monkeypatch.setattr(templates, "APP", tmp_path)

    def count() -> int:
        environment, counted = make_environment(), []
        real = Environment._compile
        monkeypatch.setattr(Environment, "_compile", lambda *given: counted.append(given) or real(*given))
        environment.get_template(NAME)
        monkeypatch.setattr(Environment, "_compile", real)
        return len(counted)

    return count


def test_what_one_process_compiled_the_next_one_loads(compiled: Callable[[], int], tmp_path: Path) -> None:
    assert (compiled(), compiled()) == (1, 0)
    (kept,) = (tmp_path / "__pycache__").glob("templates-*/*.cache")
    assert kept.stat().st_mode & 0o777 == 0o644, "who serves may be another user than who installed"


def test_where_nothing_can_be_kept_pages_are_compiled_as_ever(compiled: Callable[[], int], tmp_path: Path) -> None:
    (tmp_path / "__pycache__").write_text("a file where the folder would be")
    assert (compiled(), compiled()) == (1, 1)
