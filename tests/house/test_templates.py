"""Rules about templates: they compile, have a title, keep macros in components/ and bring nothing that the CSP stops."""

import re
from pathlib import Path

import pytest
from jinja2 import nodes

from app.kit.templates import make_environment
from tests.support.source import APP, TEMPLATES, listed, name_of, python_files, template_files

LONGEST_LINE = 160
#: A condition of more operands is a decision with a name.
MOST_OPERANDS = 3
_COMMENT = re.compile(r"\{#.*?#\}", re.S)
_INLINE = {
    "an inline style": re.compile(r"<[^>]*\sstyle\s*=|<style\b", re.I),
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)", re.I),
    "an on… attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.I),
    "a javascript: address": re.compile(r"javascript:", re.I),
    "an external host": re.compile(r"(?:src|href|action|url)\s*=\s*[\"'](?:https?:)?//", re.I),
}


def _name(path: Path) -> str:
    return path.relative_to(TEMPLATES).as_posix()


def _text(path: Path) -> str:
    return _COMMENT.sub("", path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def parsed() -> dict[str, nodes.Template]:
    environment = make_environment()
    return {_name(path): environment.parse(path.read_text(encoding="utf-8")) for path in template_files()}


def test_every_template_compiles() -> None:
    environment = make_environment()
    for path in template_files():
        environment.get_template(_name(path))


def test_every_page_has_a_title(parsed: dict[str, nodes.Template]) -> None:
    untitled = [
        name
        for name, template in parsed.items()
        if any(_extends_a_layout(node) for node in template.find_all(nodes.Extends))
        and not name.startswith("layouts/")
        and not any(block.name == "title" and block.body for block in template.find_all(nodes.Block))
    ]
    assert not untitled, listed("", untitled)


def _extends_a_layout(node: nodes.Extends) -> bool:
    return isinstance(node.template, nodes.Const) and node.template.value.startswith("layouts/")


def test_a_line_can_be_read() -> None:
    long = [
        f"{_name(path)}:{number}"
        for path in template_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > LONGEST_LINE
    ]
    assert not long, listed(
        f"lines above {LONGEST_LINE} characters: break them between blocks, or with {{%- and -%}}", long
    )


def test_decisions_are_made_by_page_objects(parsed: dict[str, nodes.Template]) -> None:
    decided = [
        f"{name}:{node.lineno}"
        for name, template in parsed.items()
        for node in template.find_all((nodes.If, nodes.CondExpr))
        if _operands(node.test) > MOST_OPERANDS
    ]
    assert not decided, listed("conditions that want a property of the page object", decided)


def _operands(test: nodes.Expr) -> int:
    return _operands(test.left) + _operands(test.right) if isinstance(test, (nodes.And, nodes.Or)) else 1


def test_macros_live_in_components(parsed: dict[str, nodes.Template]) -> None:
    found = [
        name
        for name, template in parsed.items()
        if not name.startswith("components/") and any(template.find_all(nodes.Macro))
    ]
    assert not found, listed("", found)


@pytest.mark.parametrize("what", _INLINE)
def test_nothing_that_the_content_security_policy_stops(what: str) -> None:
    found = [name_of(path) for path in template_files() if _INLINE[what].search(_text(path))]
    assert not found, listed(what, found)


def test_templates_that_are_named_exist_and_those_that_exist_are_named(parsed: dict[str, nodes.Template]) -> None:
    quoted = re.compile(r"[\"']((?:[\w-]+/)+[\w-]+\.(?:html|txt|xml))[\"']")
    sources = [path.read_text(encoding="utf-8") for path in (*python_files(APP), *template_files())]
    named = {name for text in sources for name in quoted.findall(text)}
    folders = {name.partition("/")[0] for name in parsed}
    missing = {name for name in named if name.partition("/")[0] in folders} - set(parsed)
    orphans = {name for name in set(parsed) - named if not name.startswith("components/")}
    assert not missing, listed("named but not there", missing)
    assert not orphans, listed("there but never named", orphans)
