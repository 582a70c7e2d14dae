"""Templates are compiled once a machine, not once a process."""

from collections.abc import Callable
from pathlib import Path

import pytest
from jinja2 import Environment
from markupsafe import Markup, escape

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


class Shouting:
    def __html__(self) -> str:
        return "<b>!</b>"


@pytest.mark.parametrize("value", ["a & b", Markup("<i>a</i>"), 7, None, "", Shouting(), 1.5, ["<"]])
def test_what_a_page_shows_is_escaped_as_markupsafe_does(value: object) -> None:
    template = make_environment().from_string("{{ value }}|{{ value }}")
    assert template.render(value=value) == f"{escape(value)}|{escape(value)}"


def test_what_a_macro_said_is_said_again_to_the_same_arguments_only() -> None:
    read_anew, kept = make_environment(reload=True).globals["ui"], make_environment(reload=False).globals["ui"]
    options = (("a", "<甲>"), ("b", "乙"))
    for _time in range(2):
        for name, arguments in {
            "badge": ("info", "a<b"),
            "tag": (Markup("a<b"),),
            "icon": ("leaf", "叶"),
            "option_list": (options, "b", None),
        }.items():
            assert getattr(kept, name)(*arguments) == getattr(read_anew, name)(*arguments)
    assert kept.tag("a<b") == '<span class="word">a&lt;b</span>' != kept.tag(Markup("a<b"))
    assert kept.option_list([["a", "甲"]], "", "全部") == read_anew.option_list([["a", "甲"]], "", "全部"), (
        "of a list too"
    )
